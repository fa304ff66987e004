import type { QueryClient } from '@tanstack/react-query';
import type { Mailbox, SyncEvent } from '@finito/api';
import { removeMessages } from '../messages/known-messages.ts';
import type { KnownMessages } from '../messages/known-messages.ts';
import { messageKey, messagesKey } from '../messages/message-queries.ts';
import { createListRefresher } from './list-refresher.ts';
import type { ListRefresherOptions } from './list-refresher.ts';
import { addEvent, createNews, touchesMessages } from './news.ts';
import type { News } from './news.ts';

/** A bar that moves four times a second looks alive. */
const gatherMs = 250;
/** Counting labels is the dearest thing that the page asks for. */
const labelsMs = 10_000;

type Mailboxes = { items: Mailbox[]; nextCursor: string | null };

/** Brings what the page has fetched up to date with what the gateway tells. */
export function createUpdater({ client, fetchPage }: ListRefresherOptions) {
  const lists = createListRefresher({ client, fetchPage });
  let news = createNews();
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let counting: ReturnType<typeof setTimeout> | undefined;
  let countedAt = 0;

  function apply(): void {
    gathering = undefined;
    const told = news;
    news = createNews();
    updateMailboxes(client, told);
    if (!touchesMessages(told)) return;
    updateMessages(client, told);
    lists.want(told);
    counting ??= setTimeout(countLabels, Math.max(0, countedAt + labelsMs - Date.now()));
  }

  function countLabels(): void {
    counting = undefined;
    countedAt = Date.now();
    void client.invalidateQueries({ queryKey: ['labels'] });
  }

  return {
    hear(event: SyncEvent): void {
      addEvent(news, event);
      gathering ??= setTimeout(apply, gatherMs);
    },
    close(): void {
      clearTimeout(gathering);
      clearTimeout(counting);
      lists.close();
    },
  };
}

function updateMailboxes(client: QueryClient, { progress, reset }: News): void {
  const known = client.getQueryData<Mailboxes>(['mailboxes']);
  const isKnown = (id: string) => known?.items.some((mailbox) => mailbox.id === id);
  if (reset || [...progress.keys()].some((id) => !isKnown(id))) {
    void client.invalidateQueries({ queryKey: ['mailboxes'] });
  }
  if (!known || progress.size === 0) return;
  client.setQueryData<Mailboxes>(['mailboxes'], {
    ...known,
    items: known.items.map((mailbox) => {
      const newest = progress.get(mailbox.id);
      if (!newest) return mailbox;
      return {
        ...mailbox,
        progress: newest,
        state: newest.state,
        paused: newest.waiting?.reason === 'paused',
      };
    }),
  });
}

function updateMessages(client: QueryClient, { stored, changed, gone, reset }: News): void {
  if (gone.size > 0) {
    client.setQueriesData<KnownMessages>(
      { queryKey: messagesKey },
      (known) => known && removeMessages(known, gone),
    );
  }
  // Lists that are not on the screen are read when they are opened again.
  void client.invalidateQueries({ queryKey: messagesKey, type: 'inactive', refetchType: 'none' });
  void client.invalidateQueries({
    queryKey: messageKey,
    predicate: ({ queryKey: [, id] }) =>
      reset || [stored, changed, gone].some((ids) => ids.has(id as string)),
  });
}
