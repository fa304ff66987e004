// Applies what Gmail's history says since the mailbox's history id. Each page's changes and the id
// of its last record are one transaction, so a crash repeats a page and never skips one.
//
// The trap: the `historyId` of the answer is the mailbox's newest on every page. It is stored only
// with the last page; between pages the position is the last record's own id.
import { messageIdFrom } from '@finito/db';
import type { HistoryChange, LabelScope } from '@finito/db';
import type { HistoryMessage, HistoryPage } from '@finito/gmail';
import type { Slice, SliceNeeds } from './slice.ts';

/** Returns false when the slice's time ended before the history did. @throws GmailHistoryExpiredError */
export async function partialSync(needs: SliceNeeds, slice: Slice, scope?: LabelScope): Promise<boolean> {
  const { db, profile, events } = needs;
  const { mailboxId, userId } = slice.lease;
  const startHistoryId = slice.sync.historyId;
  if (startHistoryId === null) return true;
  let pageToken: string | undefined;
  do {
    const page = await slice.charged(
      { units: profile.units['history.list'], lane: 'live', method: 'history.list' },
      () => slice.gmail.listHistory({ startHistoryId, pageToken }, slice.signal),
    );
    pageToken = page.nextPageToken;
    const position = pageToken === undefined ? page.historyId : (page.history.at(-1)?.id ?? startHistoryId);
    const { changed, gone } = await db.history.apply(
      slice.lease,
      slice.sync.generation,
      changesOf(page),
      position,
      scope,
    );
    const publicIds = (gmailIds: string[]) => gmailIds.map((gmailId) => messageIdFrom(mailboxId, gmailId));
    await events.publish(userId, [
      ...(changed.length > 0
        ? [{ type: 'message-changed' as const, mailboxId, ids: publicIds(changed) }]
        : []),
      ...(gone.length > 0 ? [{ type: 'message-gone' as const, mailboxId, ids: publicIds(gone) }] : []),
    ]);
    if (pageToken !== undefined && slice.isOver()) return false;
  } while (pageToken !== undefined);
  await slice.refresh();
  return true;
}

export function changesOf({ history }: Pick<HistoryPage, 'history'>): HistoryChange[] {
  return history.flatMap((record): HistoryChange[] => {
    const {
      id: historyId,
      messagesAdded = [],
      messagesDeleted = [],
      labelsAdded = [],
      labelsRemoved = [],
    } = record;
    return [
      ...messagesAdded.map(({ message }) => ({
        kind: 'added' as const,
        historyId,
        gmailId: message.id,
        threadId: message.threadId,
        labelIds: message.labelIds,
      })),
      ...labelsAdded.map(({ message, labelIds = [] }) => ({
        kind: 'labels' as const,
        historyId,
        ...carrier(message),
        added: labelIds,
        removed: [],
      })),
      ...labelsRemoved.map(({ message, labelIds = [] }) => ({
        kind: 'labels' as const,
        historyId,
        ...carrier(message),
        added: [],
        removed: labelIds,
      })),
      ...messagesDeleted.map(({ message }) => ({ kind: 'deleted' as const, historyId, gmailId: message.id })),
    ];
  });
}

/** Whose labels changed, and all that it carries now. */
function carrier({ id, threadId, labelIds }: HistoryMessage) {
  return { gmailId: id, threadId, labelIds };
}
