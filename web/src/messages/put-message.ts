import type { QueryClient } from '@tanstack/react-query';
import type { EmailDetail, EmailSummary, Label } from '@finito/api';
import { countAgain } from './changes.ts';
import type { KnownMessages } from './known-messages.ts';
import { messageKey, messagesKey } from './message-queries.ts';
import type { MessageFilter } from './message-queries.ts';
import { putInList } from './own-changes.ts';

type Labels = { items: Label[]; nextCursor: string | null };

/** Shows a message in its new state wherever the page has it: in lists, open, and in the counts of labels. */
export function putMessage(client: QueryClient, before: EmailSummary, after: EmailSummary): void {
  for (const { queryKey } of client.getQueryCache().findAll({ queryKey: messagesKey })) {
    const [, filter] = queryKey as unknown as [string, MessageFilter];
    client.setQueryData<KnownMessages>(queryKey, (known) => known && putInList(known, after, filter));
  }
  const { labelIds, unread, starred } = after;
  client.setQueryData<EmailDetail>(
    [...messageKey, after.id],
    (detail) => detail && { ...detail, labelIds, unread, starred },
  );
  client.setQueryData<Labels>(
    ['labels'],
    (labels) => labels && { ...labels, items: countAgain(labels.items, before, after) },
  );
}
