import * as z from 'zod/mini';
import type { GmailMessage, GmailThread, HistoryPage } from './resources.ts';

/** Turns a parsed answer into its type, or returns `undefined` when it is something else. */
export type Shape<T> = (answer: unknown) => T | undefined;

// Positions are uint64. Google writes them as strings; a number that is still exact is let through.
const digits = z.union([
  z.string().check(z.regex(/^\d{1,20}$/)),
  z.pipe(z.int().check(z.nonnegative()), z.transform(String)),
]);
const text = z.string();
const count = z.number();
const pageToken = z.optional(text);

const labelFields = z.object({
  id: text,
  name: text,
  type: z.optional(text),
  messageListVisibility: z.optional(text),
  labelListVisibility: z.optional(text),
  messagesTotal: z.optional(count),
  messagesUnread: z.optional(count),
  threadsTotal: z.optional(count),
  threadsUnread: z.optional(count),
  color: z.optional(z.object({ textColor: z.optional(text), backgroundColor: z.optional(text) })),
});

export const profileShape = shapeOf(
  z.object({ emailAddress: text, messagesTotal: count, threadsTotal: count, historyId: digits }),
);
export const labelShape = shapeOf(labelFields);
export const labelsShape = shapeOf(z.object({ labels: z._default(z.array(labelFields), []) }));
export const messagePageShape = shapeOf(
  z.object({
    messages: z._default(z.array(z.object({ id: text, threadId: text })), []),
    nextPageToken: pageToken,
    resultSizeEstimate: z.optional(count),
  }),
);
export const attachmentShape = shapeOf(z.object({ size: count, data: text }));
export const watchShape = shapeOf(z.object({ historyId: digits, expiration: digits }));

/** Answers of writes whose content nobody reads, empty ones included. */
export const anyShape: Shape<true> = () => true;

/**
 * Messages, threads and history are checked by hand and only where the sync algorithm relies on them: a schema
 * walks and copies every part of a message of 100 kB.
 */
export const messageShape: Shape<GmailMessage> = (answer) =>
  isMessage(answer) ? (answer as unknown as GmailMessage) : undefined;

export const threadShape: Shape<GmailThread> = (answer) => {
  if (!isRecord(answer) || !isId(answer.id) || !isOptional(answer.historyId, isDigits)) return undefined;
  const messages = answer.messages ?? [];
  if (!Array.isArray(messages) || !messages.every(isMessage)) return undefined;
  return { ...answer, id: answer.id, messages } as unknown as GmailThread;
};

export const historyPageShape: Shape<HistoryPage> = (answer) => {
  if (!isRecord(answer) || !isDigits(answer.historyId)) return undefined;
  if (!isOptional(answer.nextPageToken, (token) => typeof token === 'string')) return undefined;
  const history = answer.history ?? [];
  if (!Array.isArray(history) || !history.every(isHistoryRecord)) return undefined;
  return { history, historyId: answer.historyId, nextPageToken: answer.nextPageToken } as HistoryPage;
};

const changeLists = ['messagesAdded', 'messagesDeleted', 'labelsAdded', 'labelsRemoved'];

function isHistoryRecord(record: unknown): boolean {
  return (
    isRecord(record) &&
    isDigits(record.id) &&
    changeLists.every((list) =>
      isOptional(record[list], (changes) => Array.isArray(changes) && changes.every(isChange)),
    )
  );
}

function isChange(change: unknown): boolean {
  return (
    isRecord(change) &&
    isRecord(change.message) &&
    isId(change.message.id) &&
    isId(change.message.threadId) &&
    isOptional(change.labelIds, isTextList) &&
    isOptional(change.message.labelIds, isTextList)
  );
}

function isMessage(answer: unknown): boolean {
  return (
    isRecord(answer) &&
    isId(answer.id) &&
    isId(answer.threadId) &&
    isOptional(answer.labelIds, isTextList) &&
    isOptional(answer.historyId, isDigits) &&
    isOptional(answer.internalDate, (date) => typeof date === 'string' && /^-?\d{1,20}$/.test(date)) &&
    isOptional(answer.payload, isRecord) &&
    isOptional(answer.raw, (raw) => typeof raw === 'string')
  );
}

function shapeOf<T>(schema: z.ZodMiniType<T>): Shape<T> {
  return (answer) => {
    const parsed = schema.safeParse(answer);
    return parsed.success ? parsed.data : undefined;
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isDigits(value: unknown): boolean {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isOptional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value);
}
