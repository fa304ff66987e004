// The two runs that are compared: the same mailboxes, processes and quota, with and without kills.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@finito/gmail-simulator';
import type { Kind } from '../kit/fleet.ts';
import { inWard, workersOf } from '../kit/in-ward.ts';
import type { RunKit } from '../kit/in-ward.ts';
import { syncAll } from '../kit/sync-all.ts';
import type { During, SyncRun } from '../kit/sync-all.ts';
import { leasesOf, takeovers } from './takeovers.ts';

export interface Size {
  mailboxes: number;
  messages: number;
  workers: number;
  /** Seconds from one kill to the next. */
  every: number;
  /** Default: as many as there is time for. */
  mostKills?: number;
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

export function undisturbed(kit: RunKit, size: Size): Promise<SyncRun> {
  return inWard(kit, wardOf(size), (ward) =>
    syncAll(ward, { kit, name: 'undisturbed', withinSeconds: 1_200 }),
  );
}

export function killed(kit: RunKit, size: Size & { seed: number }): Promise<KilledRun> {
  return inWard(kit, wardOf(size), async (ward, fleet) => {
    const random = createRandom(size.seed);
    const all = fleet.members.size;
    const counts: Partial<Record<Kind, number>> = {};
    const watched: Promise<number[]>[] = [];
    const during = async ({ isOver }: During) => {
      while (watched.length < (size.mostKills ?? Infinity)) {
        if (await isOverAfter(size.every * 1_000, isOver)) return;
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

const wardOf = ({ mailboxes, messages, workers, timeFactor }: Size) => ({
  ...{ mailboxes, messages, timeFactor, settings: { SYNC_POLL_SECONDS: '5' } },
  kinds: [...workersOf(workers), 'telemetry', 'gateway'] as Kind[],
});

async function isOverAfter(ms: number, isOver: () => boolean): Promise<boolean> {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt && !isOver()) await sleep(50);
  return isOver();
}
