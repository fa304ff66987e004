// Changing messages, and adding some.
import { invalidArgument, notFound } from '../google-error.ts';
import { completed } from '../mailbox/outgoing.ts';
import { brief, labelChange, messageOf, rawOf, strings, threadOf } from './method.ts';
import type { Call, Method, Result } from './method.ts';

export const messageWrites: Method[] = [
  { name: 'messages.modify', route: 'POST messages/:/modify', run: modify },
  { name: 'messages.batchModify', route: 'POST messages/batchModify', run: batchModify },
  {
    name: 'messages.trash',
    route: 'POST messages/:/trash',
    run: (call) => relabel(call, ['TRASH'], ['INBOX']),
  },
  { name: 'messages.untrash', route: 'POST messages/:/untrash', run: (call) => relabel(call, [], ['TRASH']) },
  { name: 'messages.delete', route: 'DELETE messages/:', run: remove },
  { name: 'messages.batchDelete', route: 'POST messages/batchDelete', run: batchDelete },
  { name: 'messages.send', route: 'POST messages/send', run: send },
  { name: 'messages.import', route: 'POST messages/import', run: (call) => put(call, 'dateHeader') },
  { name: 'messages.insert', route: 'POST messages', run: (call) => put(call, 'receivedTime') },
];

function modify(call: Call): Result {
  const { add, remove } = labelChange(call);
  return relabel(call, add, remove);
}

function relabel(call: Call, add: string[], remove: string[]): Result {
  const message = messageOf(call);
  call.mailbox.changeLabels([message.id], add, remove);
  return brief(message);
}

function batchModify(call: Call): Result {
  const { add, remove } = labelChange(call);
  // Ids that are not there any more are no error.
  call.mailbox.changeLabels(idsOf(call), add, remove);
  return undefined;
}

const largestBatch = 1_000;

function idsOf({ body }: Call): string[] {
  const ids = strings(body['ids']);
  if (ids.length === 0) throw invalidArgument('No message ids specified');
  if (ids.length > largestBatch)
    throw invalidArgument(`Too many message ids. Maximum allowed: ${largestBatch}`);
  return ids;
}

function remove({ mailbox, ids }: Call): Result {
  if (!mailbox.remove(ids[0] ?? '')) throw notFound();
  return undefined;
}

function batchDelete(call: Call): Result {
  for (const id of idsOf(call)) call.mailbox.remove(id);
  return undefined;
}

function send(call: Call): Result {
  const { mailbox, body } = call;
  const at = Date.now();
  const { raw, isToOneself } = completed(mailbox, rawOf(body), at);
  const labelIds = isToOneself ? ['SENT', 'INBOX', 'UNREAD'] : ['SENT'];
  return brief(mailbox.add({ raw, labelIds, internalDate: at }, { threadId: threadOf(call) }));
}

function put(call: Call, usual: 'dateHeader' | 'receivedTime'): Result {
  const { mailbox, body, query } = call;
  const labelIds = strings(body['labelIds']);
  const wrong = labelIds.find((id) => !mailbox.labels.has(id));
  if (wrong !== undefined) throw invalidArgument(`Invalid label: ${wrong}`);
  const isNow = (query.get('internalDateSource') ?? usual) === 'receivedTime';
  const source = { raw: rawOf(body), labelIds, ...(isNow && { internalDate: Date.now() }) };
  return brief(mailbox.add(source, { threadId: threadOf(call) }));
}
