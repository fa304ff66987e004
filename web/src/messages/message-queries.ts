import type { QueryClient } from '@tanstack/react-query';
import { api } from '../shared/api.ts';
import type { Place } from '../page/place.ts';
import type { KnownMessages, MessagePage, Start } from './known-messages.ts';

/** What a list is asked for by; the same list has the same filter, whatever message of it is open. */
export interface MessageFilter {
  label?: string;
  mailboxId?: string;
  q?: string;
}

/** The first page is small, because somebody waits for it. */
const firstLimit = 50;
const furtherLimit = 200;

export const messagesKey = ['messages'] as const;
export const messageKey = ['message'] as const;

export function filterOf({ label, mailboxId, q }: Place): MessageFilter {
  return { ...(label && { label }), ...(mailboxId && { mailboxId }), ...(q && { q }) };
}

export function fetchMessages(
  filter: MessageFilter,
  start: Start,
  signal?: AbortSignal,
): Promise<MessagePage> {
  const from = start.cursor === null ? { limit: firstLimit } : { limit: furtherLimit, cursor: start.cursor };
  return api.listEmails({ query: { ...filter, ...from } }, signal);
}

export interface ShownList {
  key: readonly unknown[];
  /** Tells one list from another. */
  name: string;
  filter: MessageFilter;
  known: KnownMessages | undefined;
}

/** The list that is on the screen. */
export function shownList(client: QueryClient): ShownList | undefined {
  const [query] = client.getQueryCache().findAll({ queryKey: messagesKey, type: 'active' });
  if (!query) return undefined;
  const { queryKey: key, queryHash: name, state } = query;
  const [, filter] = key as [string, MessageFilter];
  return { key, name, filter, known: state.data as KnownMessages | undefined };
}
