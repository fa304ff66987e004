// The two runs that are compared: the same mailboxes, processes and quota, with and without kills.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@finito/gmail-simulator';
import type { Kit } from '../../bench/kit/program.ts';
import { startFleet } from '../kit/fleet.ts';
import type { Fleet, Kind } from '../kit/fleet.ts';
import { syncAll } from '../kit/sync-all.ts';
import type { During, SyncRun } from '../kit/sync-all.ts';
import { openWard } from '../sync/ward.ts';
import type { Ward } from '../sync/ward.ts';
import { leasesOf, takeovers } from './takeovers.ts';

export interface Size {
  mailboxes: number;
  messages: number;
  workers: number;
  /** Seconds from one kill to the next. */
  every: number;
  timeFactor: number;
}

export interface KilledRun extends SyncRun {
  kills: number;
  /** How many of each kind, in words. */
  what: string;
  /** Processes that ended by themselves. */
  unasked: number;
  /** Seconds, of each lease that a killed worker held. */
  takeovers: number[];
}

type RunKit = Pick<Kit, 'progress' | 'signal'>;

export function undisturbed(kit: RunKit, size: Size): Promise<SyncRun> {
  return inWard(kit, size, (ward) => syncAll(ward, { kit, name: 'undisturbed', withinSeconds: 1_200 }));
}

export function killed(kit: RunKit, size: Size & { seed: number }): Promise<KilledRun> {
  return inWard(kit, size, async (ward, fleet) => {
    const random = createRandom(size.seed);
    const all = fleet.members.size;
    const counts: Partial<Record<Kind, number>> = {};
    const watched: Promise<number[]>[] = [];
    const during = async ({ isOver }: During) => {
      while (!(await isOverAfter(size.every * 1_000, isOver))) {
        // On a machine so slow that the last one is not back yet, more kills would only stop everything.
        if (fleet.members.size < all) continue;
        const victim = random.pick([...fleet.members]);
        const leases = await leasesOf(ward.world, victim.process.pid);
        await fleet.kill(victim);
        counts[victim.kind] = (counts[victim.kind] ?? 0) + 1;
        const watching = takeovers(ward.world, leases);
        watching.catch(() => undefined); // told below
        watched.push(watching);
      }
    };
    const run = await syncAll(ward, { kit, name: `seed ${size.seed}`, during, withinSeconds: 1_200 });
    return {
      ...run,
      kills: Object.values(counts).reduce((sum, count) => sum + count, 0),
      what: Object.entries(counts)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(', '),
      unasked: fleet.unasked.length,
      takeovers: (await Promise.all(watched)).flat(),
    };
  });
}

async function inWard<T>(
  kit: RunKit,
  { mailboxes, messages, workers, timeFactor }: Size,
  work: (ward: Ward, fleet: Fleet) => Promise<T>,
): Promise<T> {
  kit.progress('starting');
  const settings = { SYNC_POLL_SECONDS: '5' };
  const ward = await openWard({ mailboxes, messages, timeFactor, workers: 0, settings });
  try {
    const kinds: Kind[] = [...Array<Kind>(workers).fill('gmail-worker'), 'telemetry', 'gateway'];
    const fleet = await startFleet(ward.world.env, kinds);
    try {
      return await work(ward, fleet);
    } finally {
      await fleet.close();
    }
  } finally {
    await ward.close();
  }
}

async function isOverAfter(ms: number, isOver: () => boolean): Promise<boolean> {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt && !isOver()) await sleep(50);
  return isOver();
}
