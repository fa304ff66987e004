import type { ZlibOptions } from 'node:zlib';
import type { Agent } from 'undici';
import type { LargeAnswers } from './large-answers.ts';
import type { Transport, TransportAnswer } from './transport.ts';

export interface UndiciTransportOptions {
  /** Kept-alive connections per origin, default 64. HTTP/1.1: measured faster than HTTP/2 on one machine. */
  connections?: number;
  /** Largest answer, compressed or not, in bytes; default 160 MiB, above a 50 MB mail in base64 twice over. */
  maxAnswerBytes?: number;
}

// Above this many compressed bytes unpacking leaves the event loop; below, the hop costs more than it saves.
const unpackInlineBytes = 128 * 1024;
// Above this many bytes, unpacked, parsing as a whole would hold it up as well.
const largeBytes = 4_000_000;
const leastChunkBytes = 16_384;

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
      const reading = await loaded();
      const { origin, pathname, search } = new URL(url);
      const response = await reading.agent.request({
        origin,
        path: pathname + search,
        method: verb,
        headers: { ...headers, 'accept-encoding': 'gzip', 'user-agent': 'finito-gmail-client (gzip)' },
        body,
        signal,
      });
      const answerHeaders = response.headers;
      const bytes = (await response.body.bytes()) as Uint8Array<ArrayBuffer>;
      const isPacked = answerHeaders['content-encoding'] === 'gzip' && bytes.length > 0;
      const head = {
        status: response.statusCode,
        headers: {
          get(name: string) {
            const value = answerHeaders[name];
            return (Array.isArray(value) ? value[0] : value) ?? null;
          },
        },
      };
      if ((isPacked ? unpackedSize(bytes) : bytes.length) > largeBytes) {
        return { ...head, ...(await reading.large.read(bytes, isPacked)) };
      }
      return new Answer(head, isPacked ? await unpacked(bytes, reading) : bytes);
    },

    async close() {
      if (loading === undefined) return;
      const { agent, large } = await loading;
      await Promise.all([agent.destroy(), large.close()]);
    },
  };
}

/** Decoded when it is asked for. */
class Answer implements TransportAnswer {
  readonly status: number;
  readonly headers: TransportAnswer['headers'];
  readonly bytes: Uint8Array;

  constructor({ status, headers }: Pick<TransportAnswer, 'status' | 'headers'>, bytes: Uint8Array) {
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
  }

  get body(): string {
    const { buffer, byteOffset, byteLength } = this.bytes;
    return Buffer.from(buffer, byteOffset, byteLength).toString();
  }
}

function unpacked(packed: Uint8Array, { unpack, unpackNow }: Loaded): Uint8Array | Promise<Uint8Array> {
  return packed.length <= unpackInlineBytes ? unpackNow(packed) : unpack(packed);
}

/** As the end of a gzip says it (RFC 1952 §2.3.1); whoever says too little there fails to be unpacked. */
function unpackedSize(packed: Uint8Array): number {
  return packed.length < 4
    ? 0
    : new DataView(packed.buffer, packed.byteOffset).getUint32(packed.length - 4, true);
}

interface Loaded {
  agent: Agent;
  large: LargeAnswers;
  unpack(packed: Uint8Array): Promise<Uint8Array>;
  unpackNow(packed: Uint8Array): Uint8Array;
}

async function load(connections: number, maxAnswerBytes: number): Promise<Loaded> {
  const [{ Agent }, zlib, { promisify }, { createLargeAnswers }] = await Promise.all([
    import('undici'),
    import('node:zlib'),
    import('node:util'),
    import('./large-answers.ts'),
  ]);
  const maxOutputLength = Math.min(largeBytes, maxAnswerBytes);
  // In one piece, and with a byte of room, by which zlib knows that nothing is to come.
  const options = (packed: Uint8Array): ZlibOptions => ({
    maxOutputLength,
    chunkSize: Math.max(leastChunkBytes, unpackedSize(packed) + 1),
  });
  const gunzip = promisify<Uint8Array, ZlibOptions, Buffer>(zlib.gunzip);
  return {
    // Deadlines are the caller's, by signal: undici's own would cut a slow but allowed answer.
    agent: new Agent({
      connections,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: maxAnswerBytes,
    }),
    large: createLargeAnswers({ maxBytes: maxAnswerBytes }),
    unpack: (packed) => gunzip(packed, options(packed)),
    unpackNow: (packed) => zlib.gunzipSync(packed, options(packed)),
  };
}
