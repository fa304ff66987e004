// The job `sync-mailbox`: first the newest page of a mailbox that was never listed, so that its inbox
// is readable at once; from then on, its history. What remains is the backfill's. Interactive lane.
//
//   never listed ──► history pinned, first page listed, newest 50 fetched ──► backfill-mailbox
//   listed       ──► history applied, new messages fetched
//   history lost ──► a new generation is listed (reconcile)               ──► backfill-mailbox
import { untoldMs } from '@finito/db';
import type { SyncState } from '@finito/db';
import { GmailHistoryExpiredError } from '@finito/gmail';
import { backfillMailbox } from '@finito/jobs';
import type { JobContext, JobResult, Producer } from '@finito/jobs';
import { fetchPending } from './fetch-pending.ts';
import { horizonName, scopeOf } from './horizon.ts';
import type { Horizon } from './horizon.ts';
import { beginListing, listPage, refreshLabels } from './list-mailbox.ts';
import { partialSync } from './partial-sync.ts';
import { runSlice } from './slice.ts';
import type { Slice, SliceEnd, SliceNeeds } from './slice.ts';
import { watchMailbox } from './watch-mailbox.ts';

export interface SyncOptions {
  withContent: boolean;
  horizon: Horizon;
  pollMs: number;
  /** Where Gmail tells of changes, if it does. */
  pubsubTopic: string | undefined;
}

/** What one page of an inbox shows. */
const firstScreen = 50;
const longestPollMs = 15 * 60_000;
/**
 * Gmail keeps history for hours at least. One that is lost is answered with a listing at once; lost again before any
 * was applied is Gmail's trouble, and listing without pause would spend the quota on it: each time it waits twice as
 * long, and a listing is what brings new mail meanwhile.
 */
const firstRelistMs = 60_000;
const longestRelistMs = 3_600_000;
/** How often it is asked whether the history is back. */
const lostPollMs = 60_000;
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
  const { pollMs, horizon } = options;
  // Pushes may be dropped or late: what is pushed is polled as well, but rarely.
  const done = (): SliceEnd => ({
    kind: 'done',
    dueInMs: spread(slice.sync.isPushed ? Math.max(pollMs, Math.min(10 * pollMs, longestPollMs)) : pollMs),
    synced: true,
  });
  const lane = 'live';
  const fetchOptions = { lane, limit: firstScreen, withContent: options.withContent } as const;

  if (slice.sync.generation === 0) await beginListing(needs, slice, 'full', { lane, horizon });
  // Nothing that is stored is fetched again by a reconcile.
  else if (isToBeListed(slice, horizon)) await beginListing(needs, slice, 'reconcile', { lane, horizon });
  const scope = await scopeOf(needs, slice, horizon);
  if (slice.sync.listing?.pagesListed === 0) {
    await listPage(needs, slice, { lane, horizon });
    await fetchPending(needs, slice, { ...fetchOptions, scope });
    await slice.refresh();
    return done();
  }

  const { pending: before, toldAgoMs = Infinity } = slice.sync;
  try {
    if (!(await partialSync(needs, slice, scope))) return { kind: 'again', inMs: 1 };
  } catch (error) {
    if (!(error instanceof GmailHistoryExpiredError)) throw error;
    const inMs = relistInMs(slice.sync);
    if (inMs > 0) {
      return { kind: 'again', inMs: Math.min(inMs, lostPollMs), lastError: error.name, failed: true };
    }
    await beginListing(needs, slice, 'reconcile', { lane, horizon, lost: true });
    return done();
  }
  if (slice.sync.pending > before) await refreshLabels(needs, slice, lane);
  let stored = -1;
  while (slice.sync.pending > before && stored !== 0 && !slice.isOver()) {
    const limit = Math.min(firstScreen, slice.sync.pending - before);
    stored = await fetchPending(needs, slice, { ...fetchOptions, scope, limit });
    await slice.refresh();
  }
  if (options.pubsubTopic !== undefined) await watchMailbox(needs, slice, options.pubsubTopic);
  // What Gmail tells nobody comes after this look.
  return toldAgoMs < untoldMs ? { kind: 'again', inMs: untoldMs - toldAgoMs } : done();
}

/** A little early, so that the look itself ends in time; each differently, so that mailboxes do not come all at once. */
function spread(ms: number): number {
  return ms * (0.75 + 0.15 * Math.random());
}

/** The settings ask for another part of the mailbox than was listed, or an audit found that it differs. */
function isToBeListed({ sync: { horizon: listed, relist } }: Slice, horizon: Horizon): boolean {
  return relist || (listed !== '' && listed !== horizonName(horizon));
}

function relistInMs({ lostHistories, generationAgeMs }: SyncState): number {
  if (lostHistories === 0) return 0;
  return Math.min(firstRelistMs * 2 ** (lostHistories - 1), longestRelistMs) - generationAgeMs;
}
