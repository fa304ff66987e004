import { badRequest, notFound } from '../google-error.ts';
import type { Change } from '../mailbox/change-log.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import { pageSize } from './method.ts';
import type { Call, Method, Result } from './method.ts';

export const historyMethods: Method[] = [{ name: 'history.list', route: 'GET history', run: listHistory }];

const typeNames = {
  messagesAdded: 'messageAdded',
  messagesDeleted: 'messageDeleted',
  labelsAdded: 'labelAdded',
  labelsRemoved: 'labelRemoved',
};

function listHistory({ mailbox, query, emptyHistoryPage }: Call): Result {
  const start = query.get('startHistoryId') ?? '';
  if (!/^\d{1,20}$/.test(start)) throw badRequest('Invalid value for startHistoryId');
  const changes = mailbox.log.since(BigInt(start));
  if (!changes) throw notFound();
  const at = Number(query.get('pageToken') ?? 0);
  if (!Number.isSafeInteger(at) || at < 0) throw badRequest('Invalid pageToken');
  // Whatever page it is on, this is the mailbox's newest.
  const newest = { historyId: String(mailbox.log.newestId()) };
  if (emptyHistoryPage) return { ...newest, nextPageToken: String(at) };

  const chosen = changes.filter(chosenBy(mailbox, query));
  const page = chosen.slice(at, at + pageSize(query));
  const end = at + page.length;
  return {
    ...(page.length > 0 && { history: page.map((change) => record(mailbox, change)) }),
    ...(end < chosen.length && { nextPageToken: String(end) }),
    ...newest,
  };
}

function chosenBy(mailbox: Mailbox, query: URLSearchParams): (change: Change) => boolean {
  const types = query.getAll('historyTypes');
  const label = query.get('labelId');
  return ({ kind, messageId, labelIds }) =>
    (types.length === 0 || types.includes(typeNames[kind])) &&
    (label === null ||
      labelIds.includes(label) ||
      mailbox.messages.get(messageId)?.labelIds.has(label) === true);
}

function record(mailbox: Mailbox, { id, kind, messageId, threadId, labelIds }: Change) {
  const now = mailbox.messages.get(messageId)?.labelIds ?? new Set();
  const message = { id: messageId, threadId, ...(now.size > 0 && { labelIds: [...now] }) };
  const change = kind === 'labelsAdded' || kind === 'labelsRemoved' ? { message, labelIds } : { message };
  return { id: String(id), messages: [{ id: messageId, threadId }], [kind]: [change] };
}
