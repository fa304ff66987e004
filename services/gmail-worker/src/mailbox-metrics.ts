// What no event tells: counts of mailboxes, the accounting identity and the project's quota, read now and then.
import type { Db } from '@finito/db';
import type { QuotaLedger } from '@finito/quota';
import type { Log } from '@finito/service-kit';
import type { WorkerMetrics } from './metrics.ts';

/** A few mailboxes are counted row by row each time, by one of all workers: all of them within minutes. */
const countEveryMs = 60_000;
const quotaEveryMs = 10_000;
const fleetEveryMs = 10_000;

export function startMailboxMetrics({
  db,
  quota,
  metrics,
  log,
}: {
  db: Pick<Db, 'due' | 'fleet'>;
  quota: Pick<QuotaLedger, 'projectState'>;
  metrics: WorkerMetrics;
  log: Log;
}): { close(): void } {
  const count = async () => {
    metrics.firstWatchEnds(await db.due.earliestWatchEnd());
    const unaccounted = await db.due.recount();
    metrics.unaccounted(unaccounted.reduce((sum, { messages }) => sum + messages, 0));
    if (unaccounted.length > 0) log.error({ unaccounted }, 'messages are unaccounted for');
  };
  const measured = (measure: () => Promise<void>) => () =>
    void measure().catch((err: unknown) => log.warn({ err }, 'the worker could not be measured'));
  const lookAtFleet = measured(async () => {
    metrics.fleet(await db.fleet.state());
    metrics.mailboxes(await db.due.countByState());
  });
  const lookAtQuota = measured(async () => metrics.projectQuota(await quota.projectState()));
  lookAtFleet();
  lookAtQuota();
  const timers = [
    setInterval(measured(count), countEveryMs),
    setInterval(lookAtFleet, fleetEveryMs),
    setInterval(lookAtQuota, quotaEveryMs),
  ];
  return { close: () => timers.forEach((timer) => clearInterval(timer)) };
}
