// Requests at a fixed pace, whether or not the answers come in time, as people send them: one that waits does not
// keep the others from being sent, and its wait counts.
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';

export interface Asked {
  /** What it is counted under. */
  kind: string;
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON, by POST; without one it is a GET. */
  body?: unknown;
}

export interface Load {
  /** Milliseconds of each request that was answered well, by kind. */
  timesMs: Record<string, number[]>;
  sent: number;
  /** By the network, by the clock, or with an unwanted status. */
  failures: Failure[];
}

export interface Failure {
  why: string;
  kind: string;
  /** When it was sent, and how long it took to fail; milliseconds, the first since 1970. */
  at: number;
  afterMs: number;
}

export interface LoadOptions {
  perSecond: number;
  /** The nth request. */
  requestOf: (index: number) => Asked;
  /** Default 10,000. */
  timeoutMs?: number;
  connections?: number;
}

/** Sends until `stop` is called, which resolves when the last answer is in. */
export function startLoad(origin: string, options: LoadOptions): { load: Load; stop(): Promise<void> } {
  const { perSecond, requestOf, timeoutMs = 10_000, connections = 64 } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const load: Load = { timesMs: {}, sent: 0, failures: [] };
  const under = new Set<Promise<void>>();
  const startedAt = performance.now();

  async function send(asked: Asked): Promise<void> {
    const { kind } = asked;
    const [at, sentAt] = [Date.now(), performance.now()];
    const outcome = await ask(origin, asked, { agent, timeoutMs });
    const afterMs = performance.now() - sentAt;
    if (outcome === 200 || outcome === 202) (load.timesMs[kind] ??= []).push(afterMs);
    else load.failures.push({ why: String(outcome), kind, at, afterMs });
  }

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    for (; load.sent < due; load.sent += 1) {
      const answered = send(requestOf(load.sent));
      under.add(answered);
      void answered.finally(() => under.delete(answered));
    }
  }, 5);

  return {
    load,
    async stop() {
      clearInterval(timer);
      await Promise.all(under);
      agent.destroy();
    },
  };
}

/** The status of a whole answer, or why there was none. */
function ask(
  origin: string,
  { path, headers, body }: Asked,
  { agent, timeoutMs }: { agent: Agent; timeoutMs: number },
): Promise<number | string> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const options = {
    ...{ agent, timeout: timeoutMs, method: text === undefined ? 'GET' : 'POST' },
    headers: { ...headers, ...(text !== undefined && { 'content-type': 'application/json' }) },
  };
  return new Promise((resolve) => {
    const asked = request(new URL(path, origin), options, (response) => {
      response.resume();
      response.once('end', () => resolve(statusOf(response)));
      response.once('error', (error) => resolve(codeOf(error)));
      response.once('close', () => resolve('cut off'));
    });
    asked.once('timeout', () => asked.destroy(new Error('timeout')));
    asked.once('error', (error) => resolve(codeOf(error)));
    asked.end(text);
  });
}

/** What a gateway answers has the id of its request; a proxy's own answer has none. */
function statusOf({ statusCode = 0, headers }: IncomingMessage): number | string {
  return headers['x-request-id'] === undefined ? `${statusCode} of the proxy` : statusCode;
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}
