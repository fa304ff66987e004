// S11: how soon a message can be read whose content is not here, while the backfill of another mailbox runs.
import { setTimeout as sleep } from 'node:timers/promises';
import { createProducer, fetchContent } from '@finito/jobs';
import { until } from '@finito/testing';
import { Redis } from 'ioredis';
import { patienceMs } from '../kit/patience.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row } from '../kit/rows.ts';
import type { World } from '../kit/world.ts';
import { backfilling, inTown, p99, small } from './town.ts';

const reads = 200;
const everyMs = 150;

export async function readRows(kit: Kit): Promise<Row[]> {
  const settings = { SYNC_CONTENT: 'metadata', SYNC_POLL_SECONDS: '600' };
  const [alone, beside] = await inTown(kit, settings, async (world) => {
    await world.untilLive(await world.connect(small), patienceMs);
    const quiet = await readTimes(kit, world, 'alone', 0);
    await backfilling(world);
    return [quiet, await readTimes(kit, world, 'during a backfill', reads)] as const;
  });
  return [
    row('S11', 'reading a message that is not here, during a backfill: p99', p99(beside), 'ms'),
    row('S11', '  against the same without one', p99(beside) / p99(alone), '×', { max: 1.3 }),
  ];
}

/** Milliseconds from a reader's question to the content. */
async function readTimes(kit: Kit, world: World, when: string, from: number): Promise<number[]> {
  const redis = new Redis(world.redis.url);
  const jobs = createProducer({ redis });
  const { rows } = await world.pool.query<{ mailboxId: string; gmailId: string }>(
    `SELECT e.mailbox_id AS "mailboxId", e.gmail_id AS "gmailId" FROM emails e JOIN mailboxes m ON m.id = e.mailbox_id
     WHERE m.email_address = $1 ORDER BY e.gmail_id OFFSET $2 LIMIT $3`,
    [small, from, reads],
  );
  const times: number[] = [];
  for (const [index, message] of rows.entries()) {
    kit.progress(`reading ${when}: ${index + 1} of ${reads}`);
    const askedAt = performance.now();
    await jobs.enqueue(fetchContent, message);
    const isHere = async () => {
      const sql = 'SELECT 1 FROM contents WHERE mailbox_id = $1 AND gmail_id = $2';
      return (await world.pool.query(sql, [message.mailboxId, message.gmailId])).rowCount === 1;
    };
    await until(isHere, { timeoutMs: patienceMs, everyMs: 5, message: 'the content', signal: kit.signal });
    times.push(performance.now() - askedAt);
    await sleep(everyMs);
  }
  await jobs.close();
  redis.disconnect();
  return times;
}
