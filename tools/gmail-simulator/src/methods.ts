// The methods of the Gmail API, by verb and path: what each costs (its name is looked up in the
// table of units) and what it answers.
import { badRequest, GoogleError, notFound } from './google-error.ts';
import type { Mailbox, StoredMessage } from './mailbox.ts';
import { attachmentResource, messageResource } from './message-resource.ts';
import type { Format } from './message-resource.ts';
import { matcher } from './search.ts';

export interface Call {
  mailbox: Mailbox;
  /** What the path's groups caught. */
  ids: string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  /** Pages of history that announce another and hold nothing, once each (a known habit of Gmail's). */
  emptyHistoryPage: () => boolean;
}

export interface Method {
  name: string;
  verb: string;
  path: RegExp;
  run: (call: Call) => unknown;
}

const method = (name: string, verb: string, path: string, run: Method['run']): Method => ({
  name,
  verb,
  path: new RegExp(`^/gmail/v1/users/[^/]+${path.replaceAll(':id', '([^/]+)')}$`),
  run,
});

export const methods: Method[] = [
  method('getProfile', 'GET', '/profile', ({ mailbox }) => ({
    emailAddress: mailbox.emailAddress,
    messagesTotal: mailbox.messages.size,
    threadsTotal: mailbox.threads.size,
    historyId: String(mailbox.historyId()),
  })),
  method('messages.list', 'GET', '/messages', listMessages),
  method('messages.get', 'GET', '/messages/:id', ({ mailbox, ids, query }) =>
    messageResource(mailbox, find(mailbox, ids[0]), formatOf(query), query.getAll('metadataHeaders')),
  ),
  method('messages.attachments.get', 'GET', '/messages/:id/attachments/:id', async ({ mailbox, ids }) => {
    const attachment = await attachmentResource(
      mailbox,
      find(mailbox, ids[0]),
      decodeURIComponent(ids[1] ?? ''),
    );
    if (!attachment) throw notFound();
    return attachment;
  }),
  method('messages.modify', 'POST', '/messages/:id/modify', ({ mailbox, ids, body }) => {
    const message = find(mailbox, ids[0]);
    mailbox.changeLabels([message.id], names(body['addLabelIds']), names(body['removeLabelIds']));
    return brief(message);
  }),
  method('messages.batchModify', 'POST', '/messages/batchModify', ({ mailbox, body }) => {
    mailbox.changeLabels(names(body['ids']), names(body['addLabelIds']), names(body['removeLabelIds']));
    return undefined;
  }),
  method('messages.trash', 'POST', '/messages/:id/trash', ({ mailbox, ids }) => {
    const message = find(mailbox, ids[0]);
    mailbox.changeLabels([message.id], ['TRASH'], ['INBOX']);
    return brief(message);
  }),
  method('messages.untrash', 'POST', '/messages/:id/untrash', ({ mailbox, ids }) => {
    const message = find(mailbox, ids[0]);
    mailbox.changeLabels([message.id], [], ['TRASH']);
    return brief(message);
  }),
  method('messages.delete', 'DELETE', '/messages/:id', ({ mailbox, ids }) => {
    if (!mailbox.remove(ids[0] ?? '')) throw notFound();
    return undefined;
  }),
  method('messages.send', 'POST', '/messages/send', ({ mailbox, body }) => {
    if (typeof body['raw'] !== 'string' || body['raw'] === '')
      throw badRequest("'raw' RFC822 payload message string or uploading message via /upload/* URL required");
    const raw = Buffer.from(body['raw'], 'base64url');
    return brief(mailbox.add({ raw, labelIds: ['SENT'], internalDate: Date.now() }));
  }),
  method('threads.get', 'GET', '/threads/:id', async ({ mailbox, ids, query }) => {
    const members = mailbox.threads.get(ids[0] ?? '');
    if (!members) throw notFound();
    const messages = await Promise.all(
      members.map((id) =>
        messageResource(mailbox, find(mailbox, id), formatOf(query), query.getAll('metadataHeaders')),
      ),
    );
    return { id: ids[0], historyId: newestHistoryId(mailbox, members), messages };
  }),
  method('labels.list', 'GET', '/labels', ({ mailbox }) => ({ labels: [...mailbox.labels.values()] })),
  method('labels.get', 'GET', '/labels/:id', ({ mailbox, ids }) => {
    const label = mailbox.labels.get(ids[0] ?? '');
    if (!label) throw notFound();
    const members = [...mailbox.messages.values()].filter(({ labelIds }) => labelIds.has(label.id));
    const unread = members.filter(({ labelIds }) => labelIds.has('UNREAD'));
    const threads = (list: StoredMessage[]) => new Set(list.map(({ threadId }) => threadId)).size;
    return {
      ...label,
      messagesTotal: members.length,
      messagesUnread: unread.length,
      threadsTotal: threads(members),
      threadsUnread: threads(unread),
    };
  }),
  method('history.list', 'GET', '/history', listHistory),
  method('watch', 'POST', '/watch', ({ mailbox }) => ({
    historyId: String(mailbox.historyId()),
    expiration: String(Date.now() + 7 * 24 * 3_600_000),
  })),
  method('stop', 'POST', '/stop', () => undefined),
];

function listMessages({ mailbox, query }: Call) {
  const wanted = query.getAll('labelIds');
  const isAll =
    query.get('includeSpamTrash') === 'true' || wanted.includes('SPAM') || wanted.includes('TRASH');
  const matches = query.get('q') ? matcher(mailbox, query.get('q')!) : () => true;
  const size = Math.min(500, Math.max(1, Number(query.get('maxResults') ?? 100)));
  const order = mailbox.newestFirst();
  let at = 0;
  const token = query.get('pageToken');
  if (token) {
    // A page goes on after the message it ended with, so that mail that arrives meanwhile moves nothing.
    const [, date = '', id = ''] = /^(\d+)-([0-9a-f]+)$/.exec(token) ?? [];
    if (!id) throw badRequest('Invalid pageToken');
    at = order.findIndex((other) => {
      const message = mailbox.messages.get(other)!;
      return message.internalDate < Number(date) || (message.internalDate === Number(date) && other < id);
    });
    if (at === -1) at = order.length;
  }
  const page: StoredMessage[] = [];
  for (; at < order.length && page.length < size; at += 1) {
    const message = mailbox.messages.get(order[at]!)!;
    if (!isAll && (message.labelIds.has('SPAM') || message.labelIds.has('TRASH'))) continue;
    if (wanted.every((label) => message.labelIds.has(label)) && matches(message)) page.push(message);
  }
  const last = page.at(-1);
  return {
    ...(page.length > 0 && { messages: page.map(({ id, threadId }) => ({ id, threadId })) }),
    ...(at < order.length && last && { nextPageToken: `${last.internalDate}-${last.id}` }),
    resultSizeEstimate: page.length,
  };
}

function listHistory({ mailbox, query, emptyHistoryPage }: Call) {
  const start = query.get('startHistoryId') ?? '';
  if (!/^\d{1,20}$/.test(start)) throw badRequest('Invalid value for startHistoryId');
  const entries = mailbox.historySince(BigInt(start));
  if (!entries) throw notFound();
  const types = query.getAll('historyTypes');
  const kinds: Record<string, string> = {
    messagesAdded: 'messageAdded',
    messagesDeleted: 'messageDeleted',
    labelsAdded: 'labelAdded',
    labelsRemoved: 'labelRemoved',
  };
  const chosen = entries.filter(({ kind }) => types.length === 0 || types.includes(kinds[kind]!));
  const size = Math.min(500, Math.max(1, Number(query.get('maxResults') ?? 100)));
  const at = Number(query.get('pageToken') ?? 0);
  const newest = { historyId: String(mailbox.historyId()) };
  if (emptyHistoryPage()) return { ...newest, nextPageToken: String(at) };
  const page = chosen.slice(at, at + size);
  const history = page.map(({ id, kind, messageId, threadId, labelIds }) => {
    const current = mailbox.messages.get(messageId);
    const message = { id: messageId, threadId, ...(current && { labelIds: [...current.labelIds] }) };
    const change = kind.startsWith('labels') ? { message, labelIds } : { message };
    return { id: String(id), messages: [{ id: messageId, threadId }], [kind]: [change] };
  });
  return {
    ...(history.length > 0 && { history }),
    ...(at + size < chosen.length && { nextPageToken: String(at + size) }),
    ...newest,
  };
}

function find(mailbox: Mailbox, id = ''): StoredMessage {
  const message = mailbox.messages.get(id);
  if (!message) throw notFound();
  return message;
}

function formatOf(query: URLSearchParams): Format {
  const format = (query.get('format') ?? 'full').toLowerCase();
  if (format === 'full' || format === 'metadata' || format === 'minimal' || format === 'raw') return format;
  throw new GoogleError(400, 'invalid', `Invalid value at 'format': "${format}"`);
}

function brief({ id, threadId, labelIds }: StoredMessage) {
  return { id, threadId, labelIds: [...labelIds] };
}

function newestHistoryId(mailbox: Mailbox, ids: string[]): string {
  return String(
    ids.reduce((newest, id) => {
      const at = mailbox.messages.get(id)?.historyId ?? 0n;
      return at > newest ? at : newest;
    }, 0n),
  );
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
