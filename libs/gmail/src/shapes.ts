import type {
  GmailAttachment,
  GmailLabel,
  GmailMessage,
  GmailProfile,
  GmailThread,
  HistoryPage,
  MessagePage,
  WatchReceipt,
} from './resources.ts';

/** Turns a parsed answer into its type, or returns `undefined` when it is something else. */
export type Shape<T> = (answer: unknown) => T | undefined;

/** Gives the value as it is handed out; throws `wrong` for another kind of value. */
type Read = (value: unknown) => unknown;

const wrong = new Error('of another shape');
const reading =
  (isRight: (value: unknown) => boolean): Read =>
  (value) => {
    if (!isRight(value)) throw wrong;
    return value;
  };

const text = reading((value) => typeof value === 'string');
const count = reading((value) => Number.isFinite(value));
// Positions are uint64. Google writes them as strings; a number that is still exact is let through.
const digits: Read = (value) => reading(isDigits)(Number.isSafeInteger(value) ? String(value) : value);
const optional =
  (read: Read): Read =>
  (value) =>
    value === undefined ? undefined : read(value);
/** Google leaves out lists that are empty. */
const listOf =
  (read: Read): Read =>
  (value = []) =>
    (reading(Array.isArray)(value) as unknown[]).map(read);
/** The named fields and no others. */
const fields =
  (reads: Record<string, Read>): Read =>
  (value) => {
    const record = reading(isRecord)(value) as Record<string, unknown>;
    const entries = Object.entries(reads).map(([name, read]) => [name, read(record[name])] as const);
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
  };

const labelFields = fields({
  id: text,
  name: text,
  type: optional(text),
  messageListVisibility: optional(text),
  labelListVisibility: optional(text),
  messagesTotal: optional(count),
  messagesUnread: optional(count),
  threadsTotal: optional(count),
  threadsUnread: optional(count),
  color: optional(fields({ textColor: optional(text), backgroundColor: optional(text) })),
});

export const profileShape = shapeOf<GmailProfile>(
  fields({ emailAddress: text, messagesTotal: count, threadsTotal: count, historyId: digits }),
);
export const labelShape = shapeOf<GmailLabel>(labelFields);
export const labelsShape = shapeOf<{ labels: GmailLabel[] }>(fields({ labels: listOf(labelFields) }));
export const messagePageShape = shapeOf<MessagePage>(
  fields({
    messages: listOf(fields({ id: text, threadId: text })),
    nextPageToken: optional(text),
    resultSizeEstimate: optional(count),
  }),
);
export const attachmentShape = shapeOf<GmailAttachment>(fields({ size: count, data: text }));
export const watchShape = shapeOf<WatchReceipt>(fields({ historyId: digits, expiration: digits }));

/** Answers of writes whose content nobody reads, empty ones included. */
export const anyShape: Shape<true> = () => true;

/**
 * Messages, threads and history are checked only where the sync algorithm relies on them: the readers above walk and
 * copy, which a message of 100 kB need not be.
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

function shapeOf<T>(read: Read): Shape<T> {
  return (answer) => {
    try {
      return read(answer) as T;
    } catch {
      return undefined;
    }
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
