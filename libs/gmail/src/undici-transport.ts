import type { Agent } from 'undici';
import type { Transport } from './transport.ts';

export interface UndiciTransportOptions {
  /** Kept-alive connections per origin, default 64. HTTP/1.1: measured faster than HTTP/2 on one machine. */
  connections?: number;
  /** Largest answer, compressed or not, in bytes; default 160 MiB, above a 50 MB mail in base64 twice over. */
  maxAnswerBytes?: number;
}

// Above this many compressed bytes unpacking leaves the event loop; below, the hop costs more than it saves.
const unpackInlineBytes = 128 * 1024;

/**
 * Node only: undici's pool, about a third of fetch's CPU a call. Loads undici at its first request, so a
 * process that never calls Gmail does not pay for it.
 */
export function createUndiciTransport({
  connections = 64,
  maxAnswerBytes = 160 * 1024 * 1024,
}: UndiciTransportOptions = {}): Transport {
  let loading: Promise<Loaded> | undefined;
  const loaded = () => (loading ??= load(connections, maxAnswerBytes));

  return {
    async send({ verb, url, headers, body, signal }) {
      const { agent, unpack } = await loaded();
      const { origin, pathname, search } = new URL(url);
      const response = await agent.request({
        origin,
        path: pathname + search,
        method: verb,
        headers: { ...headers, 'accept-encoding': 'gzip', 'user-agent': 'finito-gmail-client (gzip)' },
        body,
        signal,
      });
      const answerHeaders = response.headers;
      const packed = await response.body.bytes();
      const isGzip = answerHeaders['content-encoding'] === 'gzip';
      return {
        status: response.statusCode,
        headers: {
          get(name) {
            const value = answerHeaders[name];
            return (Array.isArray(value) ? value[0] : value) ?? null;
          },
        },
        body: isGzip && packed.length > 0 ? await unpack(packed) : text(packed),
      };
    },

    async close() {
      if (loading !== undefined) await (await loading).agent.destroy();
    },
  };
}

interface Loaded {
  agent: Agent;
  unpack(packed: Uint8Array): string | Promise<string>;
}

async function load(connections: number, maxAnswerBytes: number): Promise<Loaded> {
  const [{ Agent }, zlib, { promisify }] = await Promise.all([
    import('undici'),
    import('node:zlib'),
    import('node:util'),
  ]);
  const gunzip = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(zlib.gunzip);
  const limits = { maxOutputLength: maxAnswerBytes };
  return {
    // Deadlines are the caller's, by signal: undici's own would cut a slow but allowed answer.
    agent: new Agent({
      connections,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: maxAnswerBytes,
    }),
    unpack: (packed) =>
      packed.length <= unpackInlineBytes
        ? zlib.gunzipSync(packed, limits).toString()
        : gunzip(packed, limits).then(String),
  };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
