// The query behind the list of messages with nothing around it, over a pool of the same size as the gateway's. As a
// process of its own, because its CPU is what the gateway's is compared by.
import { createDb } from '@finito/db';

/** Told by the process that measures it. */
const { userId, count, atOnce } = JSON.parse(process.env['BARE_LIST'] ?? '{}') as {
  userId: string;
  count: number;
  atOnce: number;
};
const db = createDb({ url: process.env['DATABASE_URL']!, encryptionKeys: new Map() });

// What it costs to start is not measured: it waits for a signal.
const waiting = setInterval(() => undefined, 60_000);
await run(300);
process.once('SIGUSR2', () => void measured());
console.log('ready');

async function measured(): Promise<void> {
  const startedAt = performance.now();
  const rows = await run(count);
  console.log(`done ${rows} ${performance.now() - startedAt}`);
}

async function run(times: number): Promise<number> {
  const filter = { withoutLabelIds: ['TRASH', 'SPAM'] };
  let left = times;
  let rows = 0;
  const one = async () => {
    while (left-- > 0) {
      const { length } = await db.emailReads.list(userId, { filter, limit: 51 });
      rows += length;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return rows;
}

process.once('SIGTERM', () => {
  clearInterval(waiting);
  void db.close();
});
