import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { EmailSummary } from '@finito/api';
import { mergePage, nextStart, top } from './known-messages.ts';
import type { KnownMessages } from './known-messages.ts';
import { fetchMessages, messagesKey } from './message-queries.ts';
import type { MessageFilter } from './message-queries.ts';
import { ownChangesOf } from './own-changes.ts';

export interface Messages {
  items: readonly EmailSummary[];
  /** Nothing has come yet. */
  isLoading: boolean;
  /** Why the list, or its next page, could not be read. */
  error: Error | null;
  hasMore: boolean;
  loadMore(): void;
  /** After an error. */
  tryAgain(): void;
}

const none: readonly EmailSummary[] = [];

/** A list of messages as far as it was scrolled. Fetching it anew reads its head and keeps the rest. */
export function useMessages(filter: MessageFilter): Messages {
  const client = useQueryClient();
  const own = ownChangesOf(client);
  const key = [...messagesKey, filter];
  const list = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const askedAt = own.now();
      const page = await fetchMessages(filter, top, signal);
      return own.ontoList(mergePage(client.getQueryData<KnownMessages>(key), page, top), filter, askedAt);
    },
  });
  const more = useMutation({
    mutationFn: async () => {
      const known = client.getQueryData<KnownMessages>(key);
      const start = known && nextStart(known);
      if (!start) return;
      const askedAt = own.now();
      const page = await fetchMessages(filter, start);
      client.setQueryData<KnownMessages>(
        key,
        (now) => now && own.ontoList(mergePage(now, page, start), filter, askedAt),
      );
    },
    // Rows that are scrolled into view ask again and again.
    scope: { id: 'more messages' },
  });

  return {
    items: list.data?.items ?? none,
    isLoading: list.isPending && !list.isError,
    error: list.isLoadingError ? list.error : more.error,
    hasMore: list.data !== undefined && nextStart(list.data) !== undefined,
    loadMore: () => {
      if (!more.isPending && !more.isError) more.mutate();
    },
    tryAgain: () => {
      if (list.isLoadingError) void list.refetch();
      else more.mutate();
    },
  };
}
