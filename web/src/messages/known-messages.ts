import type { EmailSummary } from '@finito/api';

/** A page of a list as the gateway answers it. */
export interface MessagePage {
  items: EmailSummary[];
  nextCursor: string | null;
}

/** From where a page can be asked for: below `after`; the top of the list has neither. */
export interface Start {
  cursor: string | null;
  after: EmailSummary | null;
}

/**
 * What is known of a list: its messages from the newest on, without a gap. The gateway's cursors are kept, because
 * only from there can a part of the list be read again.
 */
export interface KnownMessages {
  items: EmailSummary[];
  /** In the order of the list; the first is the top. */
  starts: Start[];
  /** Null when the list ended here, last time we looked. */
  nextCursor: string | null;
}

export const top: Start = { cursor: null, after: null };

/** Takes a page as the truth about its part of the list, whatever was known of that part. */
export function mergePage(known: KnownMessages | undefined, page: MessagePage, start: Start): KnownMessages {
  const { items, starts, nextCursor } = known ?? { items: [], starts: [], nextCursor: null };
  const last = page.items.at(-1) ?? null;
  const end: Start | undefined =
    page.nextCursor !== null && last ? { cursor: page.nextCursor, after: last } : undefined;
  const above = start.after ? items.filter((item) => compare(item, start.after!) <= 0) : [];
  const below = end ? items.filter((item) => compare(item, end.after!) > 0) : [];
  const startsAbove = starts.filter((other) => isBefore(other, start));
  const startsBelow = end ? starts.filter((other) => isBefore(end, other)) : [];
  return {
    items: [...above, ...page.items, ...below],
    starts: [...startsAbove, start, ...(end && below.length > 0 ? [end] : []), ...startsBelow],
    nextCursor: end === undefined ? null : below.length > 0 ? nextCursor : page.nextCursor,
  };
}

export function removeMessages(known: KnownMessages, ids: ReadonlySet<string>): KnownMessages {
  if (!known.items.some(({ id }) => ids.has(id))) return known;
  return { ...known, items: known.items.filter(({ id }) => !ids.has(id)) };
}

/** With this state of a message, or without it; a place beyond what is known is left to the page that brings it. */
export function withMessage(known: KnownMessages, message: EmailSummary, isListed: boolean): KnownMessages {
  const others = known.items.filter(({ id }) => id !== message.id);
  if (!isListed) return others.length === known.items.length ? known : { ...known, items: others };
  const place = others.findIndex((other) => compare(message, other) < 0);
  if (place === -1 && known.nextCursor !== null && others.length === known.items.length) return known;
  return { ...known, items: others.toSpliced(place === -1 ? others.length : place, 0, message) };
}

/** Where the next page begins; undefined at the end. */
export function nextStart({ items, nextCursor }: KnownMessages): Start | undefined {
  const after = items.at(-1);
  return nextCursor !== null && after ? { cursor: nextCursor, after } : undefined;
}

/** Where to read again to see those of these messages that are known. */
export function startsOf({ items, starts }: KnownMessages, ids: ReadonlySet<string>): Start[] {
  const found = items.filter(({ id }) => ids.has(id)).map((item) => startOf(starts, item));
  return [...new Set(found)];
}

/** Where to read on, after a page from `start`, to see all that is known again; undefined at its end. */
export function startBelow({ starts }: KnownMessages, start: Start): Start | undefined {
  return starts.find((other) => isBefore(start, other));
}

/** Where to read again to see what has come at the end. */
export function lastStart({ starts }: KnownMessages): Start {
  return starts.at(-1) ?? top;
}

/** The gateway's order: newest first, then by Gmail's id, then by mailbox. */
function compare(left: EmailSummary, right: EmailSummary): number {
  return (
    descending(left.receivedAt, right.receivedAt) ||
    descending(gmailIdOf(left), gmailIdOf(right)) ||
    descending(left.mailboxId, right.mailboxId)
  );
}

function descending(left: string, right: string): number {
  return left === right ? 0 : left < right ? 1 : -1;
}

/** `msg_<mailbox>_<Gmail's id>` */
function gmailIdOf({ id }: EmailSummary): string {
  return id.slice(id.lastIndexOf('_') + 1);
}

function isBefore(left: Start, right: Start): boolean {
  if (right.after === null) return false;
  return left.after === null || compare(left.after, right.after) < 0;
}

function startOf(starts: Start[], item: EmailSummary): Start {
  return starts.findLast(({ after }) => after === null || compare(after, item) < 0) ?? top;
}
