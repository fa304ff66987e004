// The listing of a mailbox: history pinned first, then page after page, each recorded with the
// place of the next one. Twice or after a crash: a page listed again adds nothing.
import { GmailRequestError } from '@finito/gmail';
import type { ListMessagesOptions, MessagePage } from '@finito/gmail';
import type { QuotaLane } from '@finito/quota';
import { horizonName, listedFrom, listQuery } from './horizon.ts';
import type { Horizon } from './horizon.ts';
import type { Slice, SliceNeeds } from './slice.ts';

export interface ListOptions {
  lane: QuotaLane;
  horizon: Horizon;
}

/** Begins a listing: the history id is read before the first page, so no change falls between them. */
export async function beginListing(
  { db, profile }: SliceNeeds,
  slice: Slice,
  kind: 'full' | 'reconcile',
  { lane, horizon, lost = false }: ListOptions & { lost?: boolean },
): Promise<void> {
  const units = profile.units.getProfile + profile.units['labels.list'];
  await slice.charged({ units, lane, method: 'getProfile' }, async () => {
    const { historyId } = await slice.gmail.getProfile(slice.signal);
    const labels = await slice.gmail.listLabels(slice.signal);
    const cover = { horizon: horizonName(horizon), listedFrom: listedFrom(horizon), lost };
    await db.ledger.beginGeneration(slice.lease, kind, historyId, cover);
    await db.labels.replace(slice.lease, labels.map(labelRow));
  });
  await slice.refresh();
}

export async function refreshLabels(
  { db, profile }: SliceNeeds,
  slice: Slice,
  lane: QuotaLane,
): Promise<void> {
  await slice.charged({ units: profile.units['labels.list'], lane, method: 'labels.list' }, async () => {
    const labels = await slice.gmail.listLabels(slice.signal);
    await db.labels.replace(slice.lease, labels.map(labelRow));
  });
}

/** Lists one page. Afterwards `slice.sync.listing` says whether there is another. */
export async function listPage(
  { db, profile }: SliceNeeds,
  slice: Slice,
  { lane, horizon }: ListOptions,
): Promise<void> {
  const { listing, generation } = slice.sync;
  if (!listing || listing.complete) return;
  await slice.charged({ units: profile.units['messages.list'], lane, method: 'messages.list' }, async () => {
    const pageToken = listing.pageToken ?? undefined;
    const page = await pageOrStart(slice, { ...listQuery(horizon, listing.listedFrom), pageToken });
    if (!page) return db.ledger.restartListing(slice.lease, generation);
    await db.ledger.recordPage(slice.lease, {
      generation,
      messages: page.messages.map(({ id, threadId }) => ({ gmailId: id, threadId })),
      nextPageToken: page.nextPageToken ?? null,
    });
  });
  await slice.refresh();
}

/** `undefined`: Gmail no longer takes the page token, and the listing must begin anew. */
export async function pageOrStart(
  slice: Slice,
  options: ListMessagesOptions & { pageToken: string | undefined },
): Promise<MessagePage | undefined> {
  try {
    return await slice.gmail.listMessages(options, slice.signal);
  } catch (error) {
    if (options.pageToken !== undefined && error instanceof GmailRequestError) return undefined;
    throw error;
  }
}

function labelRow({ id, name, type }: { id: string; name: string; type?: string }) {
  return { gmailId: id, name, type: type === 'system' ? ('system' as const) : ('user' as const) };
}
