// Fairness (GOALS.md S1, S2, S7): scheduler, ledger and planner in virtual time, over 1, 100 and 10,000 mailboxes whose
// sizes follow Zipf: the share of the quota's ceiling that is reached, and how long the smallest mailbox waits.
import { Redis } from 'ioredis';
import { startTestRedis } from '@finito/testing';
import type { Kit, Result, Row } from './kit/program.ts';
import { row } from './kit/rows.ts';
import { simulateFleet } from './fairness/simulated-fleet.ts';

export const options = { seed: 1, largest: 20_000, mailboxes: 10_000 };

export async function benchFairness({
  options: { seed = 1, largest = 0, mailboxes = 0 },
  progress,
}: Kit): Promise<Result> {
  const server = await startTestRedis();
  const redis = new Redis(server.url);
  const rows: Row[] = [];
  try {
    for (const count of [1, 100, mailboxes]) {
      progress(`${count} mailboxes`);
      const processes = count === 1 ? 1 : 16;
      const fleet = { redis, mailboxes: count, largest, processes, seed, forMs: 3_600_000 };
      const told = await simulateFleet(fleet);
      const of = `${count} mailboxes`;
      rows.push(
        row('S2', `${of}: share of the quota's ceiling`, 100 * told.quotaShare, '%', { min: 97 }),
        row('S3', `${of}: units against one call each`, told.unitsAgainstNaive, '×'),
        row('S7', `${of}: new mail of the smallest waits at most`, told.longestLiveWaitMs, 'ms', {
          max: 2_000,
        }),
        row('S2', `${of}: the smallest is whole after`, told.smallestDoneMs / 1_000, 's'),
        row('S2', `${of}: all are whole after`, told.doneMs / 1_000, 's'),
        row('S2', `${of}: not whole within an hour`, count - told.finished, '', { max: 0 }),
      );
    }
  } finally {
    redis.disconnect();
    await server.stop();
  }
  return { source: `virtual time, seed ${seed}, the largest mailbox has ${largest} messages`, rows };
}
