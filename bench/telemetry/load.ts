// Batches of client events over kept connections, as many at once as there are connections.
import { httpLoad } from '../kit/http-load.ts';

const connections = 32;
export const eventsInBatch = 100;

/** Sends so many batches, taking the requests in turns; gives how many events were accepted. */
export async function send(
  port: number,
  batches: number,
  requests: readonly Buffer[],
  signal: AbortSignal,
): Promise<number> {
  let accepted = 0;
  const onAnswer = (status: number, body: string) => {
    if (status === 202) accepted += (JSON.parse(body) as { accepted: number }).accepted;
    // Shed for want of time: its events count as lost.
    else if (status !== 503) throw new Error(`answered ${status}: ${body}`);
  };
  const head = (index: number) => requests[index % requests.length]!;
  await httpLoad({ ...{ port, connections, head, onAnswer, signal }, requests: batches });
  return accepted;
}

/** What a client of ours tells: mostly calls, now and then an error, a retry, a breaker. */
export function usualRequests(): Buffer[] {
  const operations = ['messages.get', 'history.list', 'threads.get', 'messages.list'];
  return Array.from({ length: 20 }, (_, body) =>
    requestOf(`session-${body}`, (at) => ({
      type: at % 20 === 7 ? 'error' : at % 20 === 13 ? 'retry' : 'gmail_request',
      timestamp: Date.now() - at * 50,
      details: {
        operation: operations[(at + body) % operations.length],
        latency: 40 + ((at * 37 + body) % 400),
      },
    })),
  );
}

/** Every value another one, in every field, and fields that nobody knows. */
export function hostileRequests(batches: number): Buffer[] {
  const types = ['gmail_request', 'error', 'retry', 'circuit_breaker', 'rate_limit'];
  return Array.from({ length: batches }, (_, batch) =>
    requestOf(`session-${batch}`, (at) => {
      const n = batch * eventsInBatch + at;
      return {
        type: types[n % types.length],
        timestamp: n * 1e6,
        [`field${n}`]: n,
        details: {
          operation: `op"\n}${n}`,
          latency: (n * 37.3) % 3_600_000,
          retryCount: n % 1_000,
          queueSize: n % 1_000_000,
          [`detail${n}`]: `ann${n}@example.com`,
        },
      };
    }),
  );
}

function requestOf(sessionId: string, event: (at: number) => object): Buffer {
  const body = JSON.stringify({
    sessionId,
    events: Array.from({ length: eventsInBatch }, (_, at) => event(at)),
  });
  const head = [
    'POST /api/logs/client-events HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
