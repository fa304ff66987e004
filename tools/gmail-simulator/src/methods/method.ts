// What a method of the Gmail API is here, and what several of them need.
import type { Mask } from '../fields-mask.ts';
import { badRequest, GoogleError, invalidArgument, notFound } from '../google-error.ts';
import type { Mailbox, StoredMessage } from '../mailbox/mailbox.ts';
import type { Piece } from '../mailbox/packed-json.ts';
import type { Format } from '../mailbox/ready-message.ts';
import type { MethodName } from '../quota-tables.ts';
import type { Watches } from '../watches.ts';

export interface Call {
  mailbox: Mailbox;
  watches: Watches;
  /** What stands in the path where the pattern has a colon. */
  ids: readonly string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  mask: Mask | null;
  /** A page of history that announces another and holds nothing (a known habit of Gmail's). */
  emptyHistoryPage: boolean;
}

/** An object, to which the mask is still to be applied; pieces that are ready to be sent; or 204. */
export type Result = object | Piece[] | undefined;

export interface Method {
  name: MethodName;
  /** `GET messages/:`: the verb, and the path below the user. */
  route: string;
  run: (call: Call) => Result | Promise<Result>;
}

export function messageOf({ mailbox, ids }: Pick<Call, 'mailbox' | 'ids'>): StoredMessage {
  const message = mailbox.messages.get(ids[0] ?? '');
  if (!message) throw notFound();
  return message;
}

export function brief({ id, threadId, labelIds }: StoredMessage) {
  return { id, threadId, ...(labelIds.size > 0 && { labelIds: [...labelIds] }) };
}

export function formatOf(query: URLSearchParams): Format {
  const format = (query.get('format') ?? 'full').toLowerCase();
  if (format === 'full' || format === 'metadata' || format === 'minimal' || format === 'raw') return format;
  throw new GoogleError(
    400,
    'invalid',
    `Invalid value at 'format' (type.googleapis.com/MessageFormat), "${format}"`,
  );
}

/** `maxResults` as Gmail reads it: 100 when absent, never more than 500. */
export function pageSize(query: URLSearchParams): number {
  const text = query.get('maxResults') ?? '100';
  if (!/^\d{1,10}$/.test(text)) throw badRequest(`Invalid value at 'max_results' (TYPE_UINT32), "${text}"`);
  return Math.min(500, Math.max(1, Number(text)));
}

export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** What a body asks to change, checked against the labels that there are. */
export function labelChange({ mailbox, body }: Pick<Call, 'mailbox' | 'body'>): {
  add: string[];
  remove: string[];
} {
  const add = strings(body['addLabelIds']);
  const remove = strings(body['removeLabelIds']);
  if (add.length + remove.length === 0) throw invalidArgument('No label add or removes specified');
  // Gmail puts these on a message itself, and nobody else does.
  const wrong = [...add, ...remove].find((id) => !mailbox.labels.has(id) || id === 'SENT' || id === 'DRAFT');
  if (wrong !== undefined) throw invalidArgument(`Invalid label: ${wrong}`);
  return { add, remove };
}

/** The raw message of a body, decoded. */
export function rawOf(body: Record<string, unknown>): Buffer {
  const raw = body['raw'];
  if (typeof raw !== 'string' || raw === '') {
    throw invalidArgument(
      "'raw' RFC822 payload message string or uploading message via /upload/* URL required",
    );
  }
  return Buffer.from(raw, 'base64url');
}

/** The thread that a body names. */
export function threadOf({ mailbox, body }: Pick<Call, 'mailbox' | 'body'>): string | undefined {
  const threadId = body['threadId'];
  if (typeof threadId !== 'string' || threadId === '') return undefined;
  if (!mailbox.threads.members.has(threadId)) throw notFound();
  return threadId;
}
