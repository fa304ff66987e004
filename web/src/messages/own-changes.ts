import type { QueryClient } from '@tanstack/react-query';
import type { EmailSummary } from '@finito/api';
import { isListed } from './changes.ts';
import { withMessage } from './known-messages.ts';
import type { KnownMessages } from './known-messages.ts';
import type { MessageFilter } from './message-queries.ts';

type State = Pick<EmailSummary, 'id' | 'labelIds' | 'unread' | 'starred'>;

export type OwnChanges = ReturnType<typeof createOwnChanges>;

/**
 * What the reader changed and an answer may not know yet, because it was asked for before the gateway had carried it
 * out. Such answers are corrected, or a message that was archived would come back for a moment.
 */
export function createOwnChanges(now: () => number = () => performance.now()) {
  const changes = new Map<string, { after: EmailSummary; doneAt: number }>();

  const newerThan = (askedAt: number) => [...changes.values()].filter(({ doneAt }) => doneAt >= askedAt);

  return {
    now,
    /** Call what it returns when the gateway has answered, whatever it said. */
    begin(after: EmailSummary): () => void {
      const change = { after, doneAt: Infinity };
      changes.set(after.id, change);
      return () => void (change.doneAt = now());
    },
    /** The gateway refused, or the reader went back. */
    forget(id: string): void {
      changes.delete(id);
    },
    ontoList(known: KnownMessages, filter: MessageFilter, askedAt: number): KnownMessages {
      return newerThan(askedAt).reduce((list, { after }) => putInList(list, after, filter), known);
    },
    ontoMessage<Message extends State>(message: Message, askedAt: number): Message {
      const own = newerThan(askedAt).find(({ after }) => after.id === message.id);
      if (!own) return message;
      const { labelIds, unread, starred } = own.after;
      return { ...message, labelIds, unread, starred };
    },
  };
}

/** Puts a message into a list or takes it out, by its labels; what a search finds only the gateway knows. */
export function putInList(known: KnownMessages, message: EmailSummary, filter: MessageFilter): KnownMessages {
  const isThere = known.items.some(({ id }) => id === message.id);
  return withMessage(known, message, isListed(message, filter) && (isThere || filter.q === undefined));
}

const ofClients = new WeakMap<QueryClient, OwnChanges>();

/** One for each page, as its answers are. */
export function ownChangesOf(client: QueryClient): OwnChanges {
  const known = ofClients.get(client) ?? createOwnChanges();
  ofClients.set(client, known);
  return known;
}
