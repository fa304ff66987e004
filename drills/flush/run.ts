import { setTimeout as sleep } from 'node:timers/promises';
import { sum } from '../../bench/kit/rows.ts';
import type { World } from '../../bench/kit/world.ts';
import { inWard, workersOf } from '../kit/in-ward.ts';
import type { RunKit } from '../kit/in-ward.ts';
import { syncAll } from '../kit/sync-all.ts';
import type { During, Outcome } from '../kit/sync-all.ts';

export interface FlushedSize {
  mailboxes: number;
  messages: number;
  workers: number;
  times: number;
  timeFactor: number;
}

export interface Flush {
  /** Mailboxes that were not live then. */
  unfinished: number;
  /** Until each of them was taken up by a worker, or its wait for quota had been renewed. */
  seconds: number;
}

const patienceMs = 60_000;
const lookEveryMs = 50;
const betweenMs = 3_000;

export async function syncFlushed(
  kit: RunKit,
  { workers, times, ...size }: FlushedSize,
): Promise<{ outcome: Outcome; flushes: Flush[]; refusals: number }> {
  const options = { ...size, settings: { SYNC_POLL_SECONDS: '5' }, kinds: workersOf(workers) };
  return inWard(kit, options, async (ward) => {
    const flushes: Flush[] = [];
    const during = async ({ isOver }: During) => {
      while (flushes.length < times && !isOver()) {
        await sleep(lookEveryMs);
        if ((await unfinished(ward.world)).size === 0) continue;
        flushes.push(await flush(ward.world, isOver));
        await sleep(betweenMs);
      }
    };
    const { outcome } = await syncAll(ward, { kit, name: 'flushed', during, withinSeconds: 1_200 });
    return {
      outcome,
      flushes: flushes.filter((each) => each.unfinished > 0),
      refusals: sum(ward.simulator.report().refusals),
    };
  });
}

async function flush(world: World, isOver: () => boolean): Promise<Flush> {
  await world.redis.flush();
  const before = await unfinished(world);
  const startedAt = performance.now();
  const left = new Map(before);
  const sinceMs = () => performance.now() - startedAt;
  while (left.size > 0 && sinceMs() < patienceMs && !isOver()) {
    await sleep(50);
    const now = await unfinished(world);
    for (const [id, fence] of left) if (now.get(id) !== fence) left.delete(id);
  }
  return { unfinished: before.size, seconds: sinceMs() / 1_000 };
}

/** Each turn with a mailbox has a fence of its own: one that moved was taken up. */
async function unfinished({ pool }: Pick<World, 'pool'>): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; fence: string }>(
    `SELECT id, lease_fence AS fence FROM mailboxes
     WHERE generation > 0 AND (state <> 'live' OR pending > 0)`,
  );
  return new Map(rows.map(({ id, fence }) => [id, fence]));
}
