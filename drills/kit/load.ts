// Requests at a fixed pace, whether or not the answers come in time, as people send them: one that waits does not
// keep the others from being sent, and its wait counts.
import { Agent, request } from 'node:http';

export interface Load {
  /** Milliseconds of each request that was answered well, in order of sending. */
  timesMs: number[];
  sent: number;
  /** Failed by the network, by the clock, or with an unwanted status: how often each. */
  failures: Record<string, number>;
}

export interface LoadOptions {
  perSecond: number;
  /** The path of the nth request. */
  pathOf: (index: number) => string;
  headers?: Record<string, string>;
  /** Statuses that are good beside 200. */
  alsoGood?: number[];
  /** Default 10,000. */
  timeoutMs?: number;
  connections?: number;
}

/** Sends until `stop` is called, which resolves when the last answer is in. */
export function startLoad(origin: string, options: LoadOptions): { load: Load; stop(): Promise<void> } {
  const { perSecond, pathOf, headers = {}, alsoGood = [], timeoutMs = 10_000, connections = 64 } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const load: Load = { timesMs: [], sent: 0, failures: {} };
  const under = new Set<Promise<void>>();
  const startedAt = performance.now();
  const fail = (why: string) => void (load.failures[why] = (load.failures[why] ?? 0) + 1);

  async function send(index: number): Promise<void> {
    const sentAt = performance.now();
    const outcome = await ask(new URL(pathOf(index), origin), { agent, headers, timeoutMs });
    if (outcome === 200 || alsoGood.includes(outcome as number))
      load.timesMs.push(performance.now() - sentAt);
    else fail(String(outcome));
  }

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    for (; load.sent < due; load.sent += 1) {
      const asked = send(load.sent);
      under.add(asked);
      void asked.finally(() => under.delete(asked));
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

interface Asking {
  agent: Agent;
  headers: Record<string, string>;
  timeoutMs: number;
}

/** The status of a whole answer, or why there was none. */
function ask(url: URL, { agent, headers, timeoutMs }: Asking): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request(url, { agent, headers, timeout: timeoutMs }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', (error) => resolve(codeOf(error)));
      response.once('close', () => resolve('cut off'));
    });
    asked.once('timeout', () => asked.destroy(new Error('timeout')));
    asked.once('error', (error) => resolve(codeOf(error)));
    asked.end();
  });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
