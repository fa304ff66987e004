import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MailboxNotFoundError } from '../src/index.ts';
import { aMailbox, aMessage, migratedDb } from './migrated-db.ts';

let test: Awaited<ReturnType<typeof migratedDb>>;
beforeAll(async () => {
  test = await migratedDb();
});
afterAll(() => test.close());

async function withMessages(...ids: string[]) {
  const mailbox = await aMailbox(test.db, test.pool);
  await test.db.messages.store(
    mailbox.lease,
    1,
    ids.map((id) => aMessage(id)),
  );
  const keysOf = (...gmailIds: string[]) =>
    gmailIds.map((gmailId) => ({ mailboxId: mailbox.mailboxId, gmailId }));
  const labelsOf = async (gmailId: string) =>
    (
      await test.pool.query('SELECT label_ids FROM emails WHERE mailbox_id = $1 AND gmail_id = $2', [
        mailbox.mailboxId,
        gmailId,
      ])
    ).rows[0].label_ids.sort();
  return { ...mailbox, keysOf, labelsOf };
}

const aSend = (idempotencyKey: string) => ({ raw: 'cmF3', messageId: '<a@example.com>', idempotencyKey });

describe('a change of labels', () => {
  it('is in our rows at once and kept for Gmail, as one entry a mailbox', async () => {
    const { db } = test;
    const { userId, mailboxId, keysOf, labelsOf } = await withMessages('a1', 'a2');
    const change = { add: ['STARRED'], remove: ['UNREAD'] };
    expect(await db.outbox.changeLabels(userId, keysOf('a1', 'a2'), change)).toEqual({
      accepted: 2,
      mailboxIds: [mailboxId],
    });
    expect(await labelsOf('a1')).toEqual(['INBOX', 'STARRED']);
    const entries = await db.outboxWork.labelEntries(mailboxId, 10);
    expect(entries).toMatchObject([{ add: ['STARRED'], remove: ['UNREAD'] }]);
    expect(entries[0]?.ids.toSorted()).toEqual(['a1', 'a2']);
  });

  it('of nothing is accepted and not sent', async () => {
    const { db } = test;
    const { userId, keysOf } = await withMessages('b1');
    const change = { add: ['INBOX'], remove: ['STARRED'] };
    expect(await db.outbox.changeLabels(userId, keysOf('b1'), change)).toEqual({
      accepted: 1,
      mailboxIds: [],
    });
  });

  it('of somebody else’s messages, or of messages that are not here, changes nothing', async () => {
    const { db } = test;
    const mine = await withMessages('c1');
    const other = await withMessages('c1');
    const keys = [...other.keysOf('c1'), ...mine.keysOf('c9')];
    expect(await db.outbox.changeLabels(mine.userId, keys, { add: ['STARRED'], remove: [] })).toEqual({
      accepted: 0,
      mailboxIds: [],
    });
    expect(await other.labelsOf('c1')).toEqual(['INBOX', 'UNREAD']);
  });

  it('to the trash and back keeps the other labels', async () => {
    const { db } = test;
    const { userId, keysOf, labelsOf } = await withMessages('d1');
    await db.outbox.trash(userId, keysOf('d1'));
    expect(await labelsOf('d1')).toEqual(['TRASH', 'UNREAD']);
    await db.outbox.untrash(userId, keysOf('d1'));
    expect(await labelsOf('d1')).toEqual(['UNREAD']);
  });
});

describe('a message to send', () => {
  it('is kept once for each key, and says what became of it', async () => {
    const { db } = test;
    const { userId, mailboxId, lease } = await withMessages();
    expect(await db.outbox.send(userId, mailboxId, aSend('k1'))).toMatchObject({
      state: 'pending',
      isNew: true,
    });
    expect(await db.outbox.send(userId, mailboxId, aSend('k1'))).toMatchObject({ isNew: false });
    const entry = await db.outboxWork.nextSend(mailboxId);
    expect(entry).toMatchObject({ attempts: 0, raw: 'cmF3' });
    await db.outboxWork.settle(lease, [entry!.id], { gmailId: 'e1' });
    expect(await db.outbox.send(userId, mailboxId, aSend('k1'))).toEqual({
      state: 'done',
      reason: null,
      gmailId: 'e1',
      isNew: false,
    });
    const { rows } = await test.pool.query('SELECT payload FROM outbox WHERE mailbox_id = $1', [mailboxId]);
    expect(JSON.stringify(rows)).not.toContain('cmF3');
  });

  it('is not looked at for a while after a try, and a try that was not carried out does not count', async () => {
    const { db } = test;
    const { userId, mailboxId, lease } = await withMessages();
    await db.outbox.send(userId, mailboxId, aSend('k1'));
    const { id } = (await db.outboxWork.nextSend(mailboxId))!;
    await db.outboxWork.beginTry(lease, id, 60_000);
    expect(await db.outboxWork.nextSend(mailboxId)).toBeUndefined();
    expect(await db.outboxWork.dueInMs(mailboxId)).toBeGreaterThan(30_000);
    await db.outboxWork.undoTry(lease, id);
    expect(await db.outboxWork.nextSend(mailboxId)).toMatchObject({ attempts: 0 });
  });

  it('from somebody else’s mailbox is refused', async () => {
    const { db } = test;
    const mine = await withMessages();
    const other = await withMessages();
    await expect(db.outbox.send(mine.userId, other.mailboxId, aSend('k'))).rejects.toThrow(
      MailboxNotFoundError,
    );
  });
});

describe('the outbox', () => {
  it('names the mailboxes that are overdue, and forgets what was settled long ago', async () => {
    const { db, pool } = test;
    const { userId, mailboxId, lease } = await withMessages();
    await db.outbox.send(userId, mailboxId, aSend('k1'));
    expect(await db.outboxWork.overdue(100, 60_000)).not.toContain(mailboxId);
    await pool.query(`UPDATE outbox SET due_at = now() - interval '1 hour' WHERE mailbox_id = $1`, [
      mailboxId,
    ]);
    expect(await db.outboxWork.overdue(100, 60_000)).toContain(mailboxId);
    const { id } = (await db.outboxWork.nextSend(mailboxId))!;
    await db.outboxWork.settle(lease, [id], { failed: 'refused' });
    expect(await db.outboxWork.prune(60_000)).toBe(0);
    await pool.query(`UPDATE outbox SET done_at = now() - interval '1 hour' WHERE mailbox_id = $1`, [
      mailboxId,
    ]);
    expect(await db.outboxWork.prune(60_000)).toBe(1);
  });
});
