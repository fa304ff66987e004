// The job `sync-mailbox`: first the newest page of a mailbox that was never listed, so that its inbox
// is readable at once; from then on, its history. What remains is the backfill's. Interactive lane.
//
//   never listed ──► history pinned, first page listed, newest 50 fetched ──► backfill-mailbox
//   listed       ──► history applied, new messages fetched
//   history lost ──► a new generation is listed (reconcile)               ──► backfill-mailbox
import { GmailHistoryExpiredError } from '@finito/gmail';
import { backfillMailbox } from '@finito/jobs';
import type { JobContext, JobResult, Producer } from '@finito/jobs';
import { fetchPending } from './fetch-pending.ts';
import { beginListing, listPage, refreshLabels } from './list-mailbox.ts';
import { partialSync } from './partial-sync.ts';
import { runSlice } from './slice.ts';
import type { Slice, SliceEnd, SliceNeeds } from './slice.ts';
import { watchMailbox } from './watch-mailbox.ts';

export interface SyncOptions {
  withContent: boolean;
  includeSpamTrash: boolean;
  pollMs: number;
  /** Where Gmail tells of changes, if it does. */
  pubsubTopic: string | undefined;
}

/** What one page of an inbox shows. */
const firstScreen = 50;
const longestPollMs = 15 * 60_000;
/** History is kept for hours at least: a position that is lost sooner is Gmail's trouble, not ours to list for. */
const freshMs = 10 * 60_000;
const lostAgain: SliceEnd = {
  kind: 'again',
  inMs: 60_000,
  lastError: 'GmailHistoryExpiredError',
  failed: true,
};
/** Another slice of this mailbox is running: it ends after the step in hand. */
const busyMs = 100;

export function createSyncMailbox(
  needs: SliceNeeds & { jobs: Pick<Producer, 'enqueue'> },
  options: SyncOptions,
) {
  return async ({ mailboxId }: { mailboxId: string }, { signal }: JobContext): Promise<JobResult> => {
    let backlog = false;
    const end = await runSlice(needs, { mailboxId, signal, urgency: 'insists' }, async (slice) => {
      const result = await syncOnce(needs, slice, options);
      backlog = slice.sync.state !== 'live' || slice.sync.pending > 0;
      return result;
    });
    if (backlog) await needs.jobs.enqueue(backfillMailbox, { mailboxId });
    return end.kind === 'again'
      ? { againInMs: end.inMs }
      : end.kind === 'busy'
        ? { againInMs: busyMs }
        : undefined;
  };
}

async function syncOnce(needs: SliceNeeds, slice: Slice, options: SyncOptions): Promise<SliceEnd> {
  const { pollMs } = options;
  // Pushes may be dropped or late: what is pushed is polled as well, but rarely.
  const done = (): SliceEnd => ({
    kind: 'done',
    dueInMs: slice.sync.isPushed ? Math.max(pollMs, Math.min(10 * pollMs, longestPollMs)) : pollMs,
    synced: true,
  });
  const fetchOptions = { lane: 'live' as const, limit: firstScreen, withContent: options.withContent };

  if (slice.sync.generation === 0) await beginListing(needs, slice, 'full', 'live');
  if (slice.sync.listing?.pagesListed === 0) {
    await listPage(needs, slice, { lane: 'live', includeSpamTrash: options.includeSpamTrash });
    await fetchPending(needs, slice, fetchOptions);
    await slice.refresh();
    return done();
  }

  const before = slice.sync.pending;
  try {
    if (!(await partialSync(needs, slice))) return { kind: 'again', inMs: 1 };
  } catch (error) {
    if (!(error instanceof GmailHistoryExpiredError)) throw error;
    // A position that Gmail gave us minutes ago: a new listing would end the same, so the one that runs goes on.
    if (slice.sync.generationAgeMs < freshMs) return lostAgain;
    // Listed anew: nothing that is stored is fetched again.
    await beginListing(needs, slice, 'reconcile', 'live');
    return done();
  }
  if (slice.sync.pending > before) await refreshLabels(needs, slice, 'live');
  let stored = -1;
  while (slice.sync.pending > before && stored !== 0 && !slice.isOver()) {
    const limit = Math.min(firstScreen, slice.sync.pending - before);
    stored = await fetchPending(needs, slice, { ...fetchOptions, limit });
    await slice.refresh();
  }
  if (options.pubsubTopic !== undefined) await watchMailbox(needs, slice, options.pubsubTopic);
  return done();
}
