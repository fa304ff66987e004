// Reading messages: one, its attachments, and lists of them.
import { covers } from '../fields-mask.ts';
import type { Mask } from '../fields-mask.ts';
import { badRequest, notFound } from '../google-error.ts';
import type { Mailbox, StoredMessage } from '../mailbox/mailbox.ts';
import { mimeTree } from '../mailbox/mime-tree.ts';
import { messagePieces, messageResource } from '../mailbox/ready-message.ts';
import type { Format } from '../mailbox/ready-message.ts';
import { searchOf } from '../mailbox/search.ts';
import { formatOf, messageOf, pageSize } from './method.ts';
import type { Call, Method, Result } from './method.ts';

export const messageReads: Method[] = [
  { name: 'messages.list', route: 'GET messages', run: listMessages },
  { name: 'messages.get', route: 'GET messages/:', run: getMessage },
  { name: 'messages.attachments.get', route: 'GET messages/:/attachments/:', run: getAttachment },
];

async function getMessage(call: Call): Promise<Result> {
  const message = messageOf(call);
  const format = formatOf(call.query);
  const metadataHeaders = call.query.getAll('metadataHeaders');
  countServed(message, format);
  const isWhole = coversMessage(call.mask, format) && (format !== 'metadata' || metadataHeaders.length === 0);
  return isWhole
    ? messagePieces(call.mailbox, message, format)
    : messageResource(call.mailbox, message, { format, metadataHeaders });
}

export function countServed(message: StoredMessage, format: Format): void {
  if (format === 'full' || format === 'raw') message.served += 1;
}

const baseNames = ['id', 'threadId', 'labelIds', 'snippet', 'historyId', 'internalDate', 'sizeEstimate'];

/** Whether a mask asks for all that a format has: then the ready answer can be sent as it is. */
export function coversMessage(mask: Mask | null, format: Format): boolean {
  if (mask === null) return true;
  if (!covers(mask, baseNames)) return false;
  if (format === 'minimal') return true;
  if (format === 'raw' || format === 'full') return covers(mask, [format === 'raw' ? 'raw' : 'payload']);
  const payload = mask.get('payload');
  return payload === null || (payload !== undefined && covers(payload, ['mimeType', 'headers']));
}

async function getAttachment(call: Call): Promise<Result> {
  const { attachments } = mimeTree(call.mailbox.rawOf(messageOf(call)));
  const bytes = attachments.get(call.ids[1] ?? '');
  if (!bytes) throw notFound();
  return { size: bytes.length, data: bytes.toString('base64url') };
}

function listMessages({ mailbox, query }: Call): Result {
  const isWanted = wanted(mailbox, query);
  const size = pageSize(query);
  const page: StoredMessage[] = [];
  let isMore = false;
  for (const id of mailbox.order.newestFirst(placeOf(query.get('pageToken')))) {
    const message = mailbox.messages.get(id)!;
    if (!isWanted(message)) continue;
    isMore = page.length === size;
    if (isMore) break;
    page.push(message);
  }
  return {
    ...(page.length > 0 && { messages: page.map(({ id, threadId }) => ({ id, threadId })) }),
    ...(isMore && { nextPageToken: tokenAfter(page.at(-1)!.id) }),
    resultSizeEstimate: page.length,
  };
}

/** What `labelIds`, `q` and `includeSpamTrash` ask for together. */
export function wanted(mailbox: Mailbox, query: URLSearchParams): (message: StoredMessage) => boolean {
  const labels = query.getAll('labelIds');
  const search = searchOf(mailbox, query.get('q') ?? '');
  const isAll =
    query.get('includeSpamTrash') === 'true' ||
    labels.includes('SPAM') ||
    labels.includes('TRASH') ||
    search.namesSpamOrTrash;
  return (message) =>
    (isAll || !(message.labelIds.has('SPAM') || message.labelIds.has('TRASH'))) &&
    labels.every((label) => message.labelIds.has(label)) &&
    search.matches(message);
}

// A page goes on after the message that the one before ended with, so that mail that arrives meanwhile
// moves nothing. Gmail's tokens are long decimal numbers.
export function tokenAfter(id: string): string {
  return BigInt(`0x${id}`).toString();
}

export function placeOf(token: string | null): string | undefined {
  if (token === null || token === '') return undefined;
  if (!/^\d{1,20}$/.test(token)) throw badRequest('Invalid pageToken');
  return BigInt(token).toString(16).padStart(16, '0');
}
