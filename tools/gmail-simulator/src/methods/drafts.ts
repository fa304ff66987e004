import { invalidArgument, notFound } from '../google-error.ts';
import type { StoredMessage } from '../mailbox/mailbox.ts';
import { completed } from '../mailbox/outgoing.ts';
import { messageResource } from '../mailbox/ready-message.ts';
import { brief, formatOf, pageSize, rawOf, threadOf } from './method.ts';
import type { Call, Method, Result } from './method.ts';

export const draftMethods: Method[] = [
  { name: 'drafts.list', route: 'GET drafts', run: listDrafts },
  { name: 'drafts.get', route: 'GET drafts/:', run: getDraft },
  { name: 'drafts.create', route: 'POST drafts', run: (call) => save(call, undefined) },
  {
    name: 'drafts.update',
    route: 'PUT drafts/:',
    run: (call) => save(call, draftOf(call, call.ids[0]).draftId),
  },
  { name: 'drafts.delete', route: 'DELETE drafts/:', run: deleteDraft },
  { name: 'drafts.send', route: 'POST drafts/send', run: sendDraft },
];

function draftOf({ mailbox }: Call, draftId: unknown): { draftId: string; message: StoredMessage } {
  const message =
    typeof draftId === 'string' ? mailbox.messages.get(mailbox.drafts.get(draftId) ?? '') : undefined;
  if (!message) throw notFound();
  return { draftId: draftId as string, message };
}

function listDrafts({ mailbox, query }: Call): Result {
  const newest = [...mailbox.drafts].sort(([, left], [, right]) => (left < right ? 1 : -1));
  const at = Number(query.get('pageToken') ?? 0);
  if (!Number.isSafeInteger(at) || at < 0) throw invalidArgument('Invalid pageToken');
  const page = newest.slice(at, at + pageSize(query));
  return {
    ...(page.length > 0 && {
      drafts: page.map(([id, messageId]) => {
        const { threadId } = mailbox.messages.get(messageId)!;
        return { id, message: { id: messageId, threadId } };
      }),
    }),
    ...(at + page.length < newest.length && { nextPageToken: String(at + page.length) }),
    resultSizeEstimate: page.length,
  };
}

async function getDraft(call: Call): Promise<Result> {
  const { draftId, message } = draftOf(call, call.ids[0]);
  const options = { format: formatOf(call.query), metadataHeaders: [] };
  return { id: draftId, message: await messageResource(call.mailbox, message, options) };
}

function save(call: Call, draftId: string | undefined): Result {
  const { mailbox, body } = call;
  const draft = messageIn(body);
  const at = Date.now();
  const { raw } = completed(mailbox, rawOf(draft), at);
  const saved = mailbox.saveDraft({ draftId, raw, at, threadId: threadOf({ mailbox, body: draft }) });
  return { id: saved.draftId, message: brief(saved.message) };
}

function deleteDraft(call: Call): Result {
  call.mailbox.removeDraft(draftOf(call, call.ids[0]).draftId);
  return undefined;
}

/** The draft goes, and what was sent is another message in its thread. */
function sendDraft(call: Call): Result {
  const { mailbox, body } = call;
  const { draftId, message } = draftOf(call, body['id']);
  const own = messageIn(body, {});
  const at = Date.now();
  const { raw, isToOneself } = completed(mailbox, 'raw' in own ? rawOf(own) : mailbox.rawOf(message), at);
  const { threadId } = message;
  mailbox.removeDraft(draftId);
  const labelIds = isToOneself ? ['SENT', 'INBOX', 'UNREAD'] : ['SENT'];
  return brief(mailbox.add({ raw, labelIds, internalDate: at }, { threadId }));
}

function messageIn(
  body: Record<string, unknown>,
  fallback?: Record<string, unknown>,
): Record<string, unknown> {
  const { message = fallback } = body;
  if (typeof message === 'object' && message !== null) return message as Record<string, unknown>;
  throw invalidArgument('Missing draft message');
}
