// Counts of mailboxes and the accounting identity, read from Postgres now and then for Prometheus.
import type { Db } from '@finito/db';
import type { Log } from '@finito/service-kit';
import type { WorkerMetrics } from './metrics.ts';

/** The identity is counted row by row: a minute apart is often enough, and cheap enough, for an alert. */
const everyMs = 60_000;

export function startMailboxMetrics({
  db,
  metrics,
  log,
}: {
  db: Pick<Db, 'due'>;
  metrics: WorkerMetrics;
  log: Log;
}): { close(): void } {
  const measure = async () => {
    metrics.mailboxes(await db.due.countByState());
    const unaccounted = await db.due.unaccounted();
    metrics.unaccounted(unaccounted.reduce((sum, { messages }) => sum + messages, 0));
    if (unaccounted.length > 0) log.error({ unaccounted }, 'messages are unaccounted for');
  };
  const timer = setInterval(() => {
    measure().catch((err: unknown) => log.warn({ err }, 'mailboxes could not be counted'));
  }, everyMs);
  return { close: () => clearInterval(timer) };
}
