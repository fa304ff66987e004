// G3: thousands of pages that listen, each a user of its own, on one gateway.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { createMailboxEvents } from '@finito/jobs';
import { until } from '@finito/testing';
import { Redis } from 'ioredis';
import { rssMbOf } from '../kit/cpu.ts';
import { open, quantile } from '../kit/http-load.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row } from '../kit/rows.ts';
import { aStage, portOf } from './stage.ts';

const rounds = 10;
/** Users that have news at the same moment. */
const atOnce = 500;
const mailboxId = 'mb_0123456789abcdef';

interface Listener {
  userId: string;
  socket: Socket;
  /** Whether it knows its place: from then on it misses nothing. */
  isReady: boolean;
}

export async function streamRows(kit: Kit): Promise<Row[]> {
  const stage = await aStage();
  const redis = new Redis(stage.redis.url, { commandTimeout: 20_000 });
  try {
    const gateway = await stage.startGateway();
    const wanted = kit.options['clients']!;
    const { pid } = gateway.process;
    const sentAt = new Map<string, number>();
    const latencies: number[] = [];
    const hear = (id: string) => {
      const at = sentAt.get(id);
      if (at !== undefined && sentAt.delete(id)) latencies.push(performance.now() - at);
    };
    // What the first streams bring with them is every process's, not a stream's.
    const first = await listen(stage, portOf(gateway), 100, hear);
    await until(() => first.every(({ isReady }) => isReady), { timeoutMs: 120_000 });
    await sleep(2_000);
    const before = rssMbOf(pid);
    const listeners = [...first];
    while (listeners.length < wanted && !kit.signal.aborted) {
      kit.progress(`${listeners.length} of ${wanted} streams are open`);
      listeners.push(
        ...(await listen(stage, portOf(gateway), Math.min(250, wanted - listeners.length), hear)),
      );
      await until(() => listeners.every(({ isReady }) => isReady), { timeoutMs: 120_000 });
    }
    await sleep(5_000);
    const added = listeners.length - first.length;
    const rssKb = ((rssMbOf(pid) - before) * 1_024) / added;

    const events = createMailboxEvents(redis);
    let told = 0;
    for (let round = 0; round < rounds && !kit.signal.aborted; round += 1) {
      kit.progress(`news for ${atOnce} of ${wanted}, ${round + 1} of ${rounds}`);
      const chosen = Array.from(
        { length: Math.min(atOnce, wanted) },
        (_, i) => listeners[(i * 7 + round * 13) % wanted]!,
      );
      await Promise.all(
        [...new Set(chosen)].map(({ userId }) => {
          const id = `msg_0123456789abcdef_${(told++).toString(16)}`;
          sentAt.set(id, performance.now());
          return events.publish(userId, [{ type: 'message-stored', mailboxId, ids: [id] }]);
        }),
      );
      await until(() => sentAt.size === 0, { timeoutMs: 20_000, everyMs: 5 }).catch(() => undefined);
      await sleep(200);
    }
    const lost = listeners.filter(({ socket }) => socket.destroyed).length + sentAt.size;
    for (const { socket } of listeners) socket.destroy();
    kit.signal.throwIfAborted();
    return [
      row('G3', `memory a stream, of ${wanted.toLocaleString('en')} on one process`, rssKb, 'kB', {
        max: 20,
      }),
      row('G3', `from an event to its page, p99, ${atOnce} users at once`, quantile(latencies, 0.99), 'ms', {
        max: 250,
      }),
      row('G3', '  median', quantile(latencies, 0.5), 'ms'),
      row('G3', '  events or streams lost', lost, '', { max: 0 }),
      row('G3', '  the whole process', rssMbOf(pid), 'MB'),
    ];
  } finally {
    redis.disconnect();
    await stage.close();
  }
}

async function listen(
  stage: Awaited<ReturnType<typeof aStage>>,
  port: number,
  count: number,
  hear: (id: string) => void,
): Promise<Listener[]> {
  const users = await stage.users(count);
  return Promise.all(
    users.map(async ({ id, cookie }) => {
      const listener: Listener = { userId: id, socket: await open(port), isReady: false };
      const head = `GET /api/sync/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`;
      const begin = (socket: Socket) => {
        listener.socket = socket;
        socket.setEncoding('latin1').on('data', (piece: string) => {
          // Refused for want of time: it comes back, as a page does.
          if (piece.startsWith('HTTP/1.1 503')) {
            socket.destroy();
            setTimeout(() => void open(port).then(begin), 1_000 + Math.random() * 2_000);
          }
          if (/^id: /m.test(piece)) listener.isReady = true;
          for (const [, told] of piece.matchAll(/"ids":\["(msg_[^"]+)"\]/g)) hear(told!);
        });
        socket.write(head);
      };
      begin(listener.socket);
      return listener;
    }),
  );
}
