// Batches of client events over kept connections, as many at once as there are connections.
import { Agent, request } from 'node:http';

const connections = 32;
export const eventsInBatch = 100;

/** Sends so many batches, taking the bodies in turns; gives how many events the gateway accepted. */
export async function send(
  port: number,
  batches: number,
  bodies: readonly Buffer[],
  signal: AbortSignal,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let next = 0;
  let accepted = 0;
  async function sender(): Promise<void> {
    while (next < batches && !signal.aborted) {
      const body = bodies[(next += 1) % bodies.length]!;
      // Not `accepted += await …`: that reads the sum before the answer, and senders beside it would be forgotten.
      const answer = await post(agent, port, body);
      accepted += answer.accepted;
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, sender));
  } finally {
    agent.destroy();
  }
  signal.throwIfAborted();
  return accepted;
}

function post(agent: Agent, port: number, body: Buffer): Promise<{ accepted: number }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
    const sending = request(
      { agent, port, host: '127.0.0.1', method: 'POST', path: '/api/logs/client-events', headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('error', reject)
          .on('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (answer.statusCode === 202) resolve(JSON.parse(text) as { accepted: number });
            // Shed for want of time: its events count as lost.
            else if (answer.statusCode === 503) resolve({ accepted: 0 });
            else reject(new Error(`answered ${answer.statusCode}: ${text}`));
          });
      },
    );
    sending.on('error', reject).end(body);
  });
}

/** What a client of ours tells: mostly calls, now and then an error, a retry, a breaker. */
export function usualBodies(): Buffer[] {
  const operations = ['messages.get', 'history.list', 'threads.get', 'messages.list'];
  return Array.from({ length: 20 }, (_, body) =>
    bodyOf(`session-${body}`, (at) => ({
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
export function hostileBodies(batches: number): Buffer[] {
  const types = ['gmail_request', 'error', 'retry', 'circuit_breaker', 'rate_limit'];
  return Array.from({ length: batches }, (_, batch) =>
    bodyOf(`session-${batch}`, (at) => {
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

function bodyOf(sessionId: string, event: (at: number) => object): Buffer {
  return Buffer.from(
    JSON.stringify({ sessionId, events: Array.from({ length: eventsInBatch }, (_, at) => event(at)) }),
  );
}
