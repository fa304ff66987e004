import type { TruthRow } from './compare-with-truth.ts';
import type { Mailbox } from './mailbox/mailbox.ts';

/** What the mailbox holds now, as a product should hold it. */
export function truthOf(mailbox: Mailbox): TruthRow[] {
  return [...mailbox.messages.values()].map(({ id, threadId, labelIds, internalDate }) => ({
    gmailId: id,
    threadId,
    labelIds: [...labelIds],
    internalDate,
  }));
}

/** How often content was served again that had been served. */
export function fetchedTwice(mailboxes: Iterable<Mailbox>): number {
  let count = 0;
  for (const { messages } of mailboxes) {
    for (const { served } of messages.values()) count += Math.max(0, served - 1);
  }
  return count;
}

export function forgetServed(mailboxes: Iterable<Mailbox>): void {
  for (const { messages } of mailboxes) for (const message of messages.values()) message.served = 0;
}
