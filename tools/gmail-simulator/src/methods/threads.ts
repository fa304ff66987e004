import { notFound } from '../google-error.ts';
import type { Mailbox, StoredMessage } from '../mailbox/mailbox.ts';
import type { Piece } from '../mailbox/packed-json.ts';
import { messagePieces, messageResource, readyMessage } from '../mailbox/ready-message.ts';
import { covers } from '../fields-mask.ts';
import { countServed, coversMessage, placeOf, tokenAfter, wanted } from './messages.ts';
import { brief, formatOf, labelChange, pageSize } from './method.ts';
import type { Call, Method, Result } from './method.ts';

export const threadMethods: Method[] = [
  { name: 'threads.list', route: 'GET threads', run: listThreads },
  { name: 'threads.get', route: 'GET threads/:', run: getThread },
  { name: 'threads.modify', route: 'POST threads/:/modify', run: modifyThread },
  {
    name: 'threads.trash',
    route: 'POST threads/:/trash',
    run: (call) => relabel(call, ['TRASH'], ['INBOX']),
  },
  { name: 'threads.untrash', route: 'POST threads/:/untrash', run: (call) => relabel(call, [], ['TRASH']) },
  { name: 'threads.delete', route: 'DELETE threads/:', run: deleteThread },
];

function membersOf({ mailbox, ids }: Call): StoredMessage[] {
  const members = mailbox.threads.members.get(ids[0] ?? '');
  if (!members) throw notFound();
  // As they were received, the oldest first.
  return members.toSorted().map((id) => mailbox.messages.get(id)!);
}

async function getThread(call: Call): Promise<Result> {
  const { mailbox, mask, query } = call;
  const members = membersOf(call);
  const format = formatOf(query);
  const metadataHeaders = query.getAll('metadataHeaders');
  for (const message of members) countServed(message, format);
  const messageMask = mask?.get('messages');
  const isWhole =
    mask === null ||
    (covers(mask, ['id', 'historyId']) && messageMask !== undefined && coversMessage(messageMask, format));
  const head = { id: members[0]!.threadId, historyId: newestHistoryId(members) };
  if (isWhole && metadataHeaders.length === 0) return threadPieces(mailbox, members, head, format);
  const messages: object[] = [];
  for (const message of members) {
    messages.push(await messageResource(mailbox, message, { format, metadataHeaders }));
  }
  return { ...head, messages };
}

async function threadPieces(
  mailbox: Mailbox,
  members: StoredMessage[],
  head: object,
  format: Parameters<typeof messagePieces>[2],
): Promise<Piece[]> {
  const pieces: Piece[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"messages":[`)];
  for (const [index, message] of members.entries()) {
    if (index > 0) pieces.push(Buffer.from(','));
    pieces.push(...(await messagePieces(mailbox, message, format)));
  }
  return [...pieces, Buffer.from(']}')];
}

async function listThreads({ mailbox, query }: Call): Promise<Result> {
  const isWanted = wanted(mailbox, query);
  const size = pageSize(query);
  const page: StoredMessage[] = [];
  let isMore = false;
  for (const id of mailbox.order.newestFirst(placeOf(query.get('pageToken')))) {
    const message = mailbox.messages.get(id)!;
    const members = mailbox.threads.members.get(message.threadId)!;
    // A thread stands where its newest message does.
    if (members.some((other) => other > id)) continue;
    if (!members.some((other) => isWanted(mailbox.messages.get(other)!))) continue;
    isMore = page.length === size;
    if (isMore) break;
    page.push(message);
  }
  const threads: object[] = [];
  for (const message of page) {
    const { base } = await readyMessage(mailbox, message);
    const { snippet } = JSON.parse(`${base.toString()}}`) as { snippet: string };
    threads.push({ id: message.threadId, snippet, historyId: String(message.historyId) });
  }
  return {
    ...(threads.length > 0 && { threads }),
    ...(isMore && { nextPageToken: tokenAfter(page.at(-1)!.id) }),
    resultSizeEstimate: threads.length,
  };
}

function modifyThread(call: Call): Result {
  const { add, remove } = labelChange(call);
  return relabel(call, add, remove);
}

function relabel(call: Call, add: string[], remove: string[]): Result {
  const members = membersOf(call);
  call.mailbox.changeLabels(
    members.map(({ id }) => id),
    add,
    remove,
  );
  return { id: members[0]!.threadId, historyId: newestHistoryId(members), messages: members.map(brief) };
}

function deleteThread(call: Call): Result {
  for (const { id } of membersOf(call)) call.mailbox.remove(id);
  return undefined;
}

function newestHistoryId(members: StoredMessage[]): string {
  return String(members.reduce((newest, { historyId }) => (historyId > newest ? historyId : newest), 0n));
}
