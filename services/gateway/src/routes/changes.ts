// What a reader changes: in our rows at once, and at Gmail soon, by the mailbox's outbox.
import type { BulkActionBody, Routes } from '@finito/api';
import { messageIdFrom, parseMessageId } from '@finito/db';
import type { Db, LabelChange } from '@finito/db';
import { pushChanges } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import { composeMessage } from '../compose-message.ts';
import { InvalidRequestError, NotFoundError } from '../errors.ts';
import type { GatewayRequest, Handler, Handlers } from '../handler.ts';

export interface ChangeNeeds {
  db: Pick<Db, 'outbox' | 'mailboxReads' | 'emailReads'>;
  jobs: Pick<Producer, 'enqueue'>;
}

export function changeRoutes(needs: ChangeNeeds): Pick<Handlers, 'modifyEmail' | 'bulkAction' | 'sendEmail'> {
  const { db } = needs;
  return {
    async modifyEmail({ principal, params, body }) {
      const key = parseMessageId(params.id);
      const change = { add: body.addLabelIds, remove: body.removeLabelIds };
      const done = key && (await db.outbox.changeLabels(principal.userId, [key], change));
      if (!done || done.accepted === 0) throw new NotFoundError('no such message');
      await wake(needs, done.mailboxIds);
      return { accepted: done.accepted };
    },
    async bulkAction({ principal, body: { messageIds, action } }) {
      const keys = messageIds.map((id) => parseMessageId(id)).filter((key) => key !== undefined);
      const { outbox } = db;
      const done =
        action === 'trash' || action === 'untrash'
          ? await outbox[action](principal.userId, keys)
          : await outbox.changeLabels(principal.userId, keys, changes[action]);
      await wake(needs, done.mailboxIds);
      return { accepted: done.accepted };
    },
    sendEmail: sendEmail(needs),
  };
}

const changes: Record<Exclude<BulkActionBody['action'], 'trash' | 'untrash'>, LabelChange> = {
  read: { add: [], remove: ['UNREAD'] },
  unread: { add: ['UNREAD'], remove: [] },
  star: { add: ['STARRED'], remove: [] },
  unstar: { add: [], remove: ['STARRED'] },
  archive: { add: [], remove: ['INBOX'] },
  unarchive: { add: ['INBOX'], remove: [] },
};

function sendEmail(needs: ChangeNeeds): Handler<Routes['sendEmail']> {
  const { db } = needs;
  return async ({ principal, body, request }) => {
    const idempotencyKey = idempotencyKeyOf(request);
    const [mailbox] = await db.mailboxReads.list(principal.userId, body.mailboxId);
    if (!mailbox) throw new NotFoundError('no such mailbox');
    const key = body.inReplyTo === undefined ? undefined : parseMessageId(body.inReplyTo);
    const answered = key && (await db.emailReads.find(principal.userId, key));
    if (key && answered?.mailboxId !== mailbox.id) throw new NotFoundError('no such message to answer');
    const message = await composeMessage(body, { from: mailbox.emailAddress, key: idempotencyKey, answered });
    const { state, reason, gmailId } = await db.outbox.send(principal.userId, mailbox.id, {
      ...message,
      ...(answered && { threadId: answered.threadId }),
      idempotencyKey,
    });
    if (state === 'pending') await wake(needs, [mailbox.id]);
    return {
      state: ({ pending: 'queued', done: 'sent', failed: 'failed' } as const)[state],
      reason,
      messageId: gmailId === null ? null : messageIdFrom(mailbox.id, gmailId),
    };
  };
}

/** The outbox is in the database: without Redis the sweeper finds it. */
async function wake({ jobs }: ChangeNeeds, mailboxIds: string[]): Promise<void> {
  await Promise.all(
    mailboxIds.map((mailboxId) => jobs.enqueue(pushChanges, { mailboxId }).catch(() => undefined)),
  );
}

/** @throws InvalidRequestError without one: a message that may go out twice is not taken. */
function idempotencyKeyOf(request: GatewayRequest): string {
  const key = request.get('idempotency-key') ?? '';
  if (/^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new InvalidRequestError([
    { path: 'headers.idempotency-key', message: 'must be 1 to 200 visible ASCII characters' },
  ]);
}
