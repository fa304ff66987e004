// The job `backfill-mailbox`: one slice of listing and fetching what a mailbox still lacks, a few
// seconds long; then it goes to the back of the queue, so that a mailbox of a million messages never
// delays another (DESIGN §3.7). Twice or after a death: the ledger says what is left. Bulk lane.
import { syncMailbox } from '@finito/jobs';
import type { JobContext, JobResult, Producer } from '@finito/jobs';
import { fetchPending } from './fetch-pending.ts';
import { createFinishForecast } from './finish-forecast.ts';
import { scopeOf } from './horizon.ts';
import { listPage } from './list-mailbox.ts';
import { rereadLabels } from './reread-labels.ts';
import { runSlice } from './slice.ts';
import type { Slice, SliceEnd, SliceNeeds } from './slice.ts';
import type { SyncOptions } from './sync-mailbox.ts';

/** Messages of one round, which is one grant of quota: what the window has room for, when there is room. */
export const roundLimit = 100;
const busyMs = 1_000;
/** Yields to the other mailboxes of the queue. */
const nextSliceMs = 1;
/** Long enough for the one who waits for the lease, who looks every `busyMs` of sync-mailbox. */
const givenWayMs = 500;
/** Nothing could be stored: trying again at once would only spend the tries. */
const fruitlessMs = 1_000;

export function createBackfillMailbox(
  needs: SliceNeeds & { jobs: Pick<Producer, 'enqueue'> },
  options: SyncOptions,
) {
  const forecast = createFinishForecast(needs);
  return async ({ mailboxId }: { mailboxId: string }, { signal }: JobContext): Promise<JobResult> => {
    const end = await runSlice(needs, { mailboxId, signal, urgency: 'gives way' }, async (slice) => {
      slice.finishesInMs = await forecast(slice);
      const result = await backfillOnce(needs, slice, options);
      await needs.events.publish(slice.lease.userId, [{ type: 'progress', mailboxId }]);
      return result;
    });
    if (end.kind === 'done') await needs.jobs.enqueue(syncMailbox, { mailboxId });
    return end.kind === 'again'
      ? { againInMs: end.inMs }
      : end.kind === 'busy'
        ? { againInMs: busyMs }
        : undefined;
  };
}

async function backfillOnce(needs: SliceNeeds, slice: Slice, options: SyncOptions): Promise<SliceEnd> {
  const lane = 'backfill';
  const { horizon, withContent } = options;
  const scope = await scopeOf(needs, slice, horizon);
  const later = (): SliceEnd => ({ kind: 'again', inMs: slice.sync.wanted ? givenWayMs : nextSliceMs });
  // The whole listing comes first: it costs 5 units per 500 messages, and the planner wants whole threads.
  while (slice.sync.listing && !slice.sync.listing.complete) {
    await listPage(needs, slice, { lane, horizon });
    if (slice.isOver()) return later();
  }
  while (slice.sync.pending > 0) {
    const stored = await fetchPending(needs, slice, { lane, limit: roundLimit, withContent, scope });
    await slice.refresh();
    if (stored === 0 && slice.sync.pending > 0) return { kind: 'again', inMs: fruitlessMs };
    if (slice.isOver()) return later();
  }
  if (slice.sync.listing?.kind === 'reconcile' && !(await rereadLabels(needs, slice, lane))) {
    return later();
  }
  if (slice.sync.listing) await needs.db.history.finishGeneration(slice.lease, slice.sync.generation);
  return { kind: 'done', synced: true };
}
