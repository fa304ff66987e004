// After a lost history: reads each label's members and corrects the stored rows, at 5 units per 500
// messages instead of 20 for each. Page by page, each noted with the place of the next; after a crash,
// or when the slice or the units end, it goes on there.
import type { QuotaLane } from '@finito/quota';
import { pageOrStart } from './list-mailbox.ts';
import type { Slice, SliceNeeds } from './slice.ts';

/** Returns false when the slice ended before all labels were read. */
export async function rereadLabels(needs: SliceNeeds, slice: Slice, lane: QuotaLane): Promise<boolean> {
  const { db } = needs;
  const { generation } = slice.sync;
  for (const labelId of await labelsToRead(needs, slice)) {
    let pageToken = (await db.labels.place(slice.lease.mailboxId, generation))?.pageToken;
    do {
      if (slice.isOver()) return false;
      pageToken = await readPage(needs, slice, lane, { labelId, pageToken });
    } while (pageToken !== undefined);
  }
  return true;
}

/** The one that was begun comes first. */
async function labelsToRead({ db }: SliceNeeds, { lease, sync }: Slice): Promise<string[]> {
  const place = await db.labels.place(lease.mailboxId, sync.generation);
  const unread = await db.labels.unread(lease.mailboxId, sync.generation);
  if (!place) return unread;
  return [place.labelId, ...unread.filter((labelId) => labelId !== place.labelId)];
}

async function readPage(
  { db, profile }: SliceNeeds,
  slice: Slice,
  lane: QuotaLane,
  { labelId, pageToken }: { labelId: string; pageToken: string | undefined },
): Promise<string | undefined> {
  const { lease, sync } = slice;
  const options = { labelIds: [labelId], includeSpamTrash: true };
  const read = (token: string | undefined) =>
    slice.charged({ units: profile.units['messages.list'], lane, method: 'messages.list' }, () =>
      pageOrStart(slice, { ...options, pageToken: token }),
    );
  let page = await read(pageToken);
  if (!page) {
    await db.labels.restartMembers(lease, sync.generation);
    page = await read(undefined);
  }
  const nextPageToken = page?.nextPageToken ?? null;
  const gmailIds = page?.messages.map(({ id }) => id) ?? [];
  await db.labels.recordMembers(lease, sync.generation, { labelId, gmailIds, nextPageToken });
  return nextPageToken ?? undefined;
}
