import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { untoldMs } from '../src/index.ts';
import { aMailbox, aMessage, migratedDb } from './migrated-db.ts';

let test: Awaited<ReturnType<typeof migratedDb>>;
beforeAll(async () => {
  test = await migratedDb();
});
afterAll(() => test.close());

async function aLabelledMailbox(carriers: Record<string, boolean>) {
  const { db, pool } = test;
  const mailbox = await aMailbox(db, pool);
  await db.labels.replace(mailbox.lease, [
    { gmailId: 'L', name: 'L', type: 'user' },
    { gmailId: 'M', name: 'M', type: 'user' },
  ]);
  const messages = Object.entries(carriers).map(([id, carries]) =>
    aMessage(id, { labelIds: carries ? ['L'] : [] }),
  );
  await db.messages.store(mailbox.lease, 1, messages);
  const whoCarries = async () =>
    (
      await pool.query(
        `SELECT gmail_id FROM emails WHERE mailbox_id = $1 AND 'L' = ANY(label_ids) ORDER BY 1`,
        [mailbox.mailboxId],
      )
    ).rows.map((row) => row.gmail_id);
  return { ...mailbox, whoCarries };
}

const page = (gmailIds: string[], nextPageToken: string | null) => ({
  labelId: 'L',
  gmailIds,
  nextPageToken,
});

describe('a label that is read anew', () => {
  it('is carried by exactly its members, once its last page is noted', async () => {
    const { db } = test;
    const { mailboxId, lease, whoCarries } = await aLabelledMailbox({ a1: true, a2: false, a3: true });
    expect(await db.labels.recordMembers(lease, 1, page(['a2'], 'two'))).toEqual([]);
    expect(await db.labels.place(mailboxId, 1)).toEqual({ labelId: 'L', pageToken: 'two' });
    expect(await whoCarries()).toEqual(['a1', 'a3']);
    expect((await db.labels.recordMembers(lease, 1, page(['a3'], null))).sort()).toEqual(['a1', 'a2']);
    expect(await whoCarries()).toEqual(['a2', 'a3']);
    expect(await db.labels.place(mailboxId, 1)).toBeUndefined();
    expect(await db.labels.unread(mailboxId, 1)).toEqual(['M']);
  });

  it('takes in what history says of it between two pages', async () => {
    const { db } = test;
    const { lease, whoCarries } = await aLabelledMailbox({ b1: false, b2: false, b3: false });
    await db.labels.recordMembers(lease, 1, page(['b1', 'b2'], 'two'));
    const change = { kind: 'labels' as const, historyId: '200' };
    await db.history.apply(
      lease,
      1,
      [
        { ...change, gmailId: 'b1', added: [], removed: ['L'] },
        { ...change, gmailId: 'b3', added: ['L'], removed: [] },
      ],
      '200',
    );
    await db.labels.recordMembers(lease, 1, page([], null));
    expect(await whoCarries()).toEqual(['b2', 'b3']);
  });

  it('is read from its first page when its place is lost', async () => {
    const { db } = test;
    const { mailboxId, lease, whoCarries } = await aLabelledMailbox({ c1: true, c2: true });
    await db.labels.recordMembers(lease, 1, page(['c1'], 'stale'));
    await db.labels.restartMembers(lease, 1);
    expect(await db.labels.place(mailboxId, 1)).toBeUndefined();
    await db.labels.recordMembers(lease, 1, page(['c2'], null));
    expect(await whoCarries()).toEqual(['c2']);
  });
});

describe('a notification', () => {
  it('has mailboxes looked at: those behind at once, others when Gmail’s silence is over; and moves no history id', async () => {
    const { db, pool } = test;
    const { mailboxId } = await aMailbox(db, pool);
    const { rows } = await pool.query('SELECT email_address FROM mailboxes WHERE id = $1', [mailboxId]);
    const address = rows[0].email_address;
    const told = (historyId: string) => db.due.notify(address, historyId);
    expect(await told('100')).toEqual({ outcome: 'known', looks: [{ mailboxId, inMs: untoldMs }] });
    expect(await told('18446744073709551615')).toEqual({ outcome: 'news', looks: [{ mailboxId, inMs: 0 }] });
    expect(await db.due.notify('nobody@example.com', '200')).toEqual({ outcome: 'unknown', looks: [] });
    const after = await pool.query('SELECT history_id FROM mailboxes WHERE id = $1', [mailboxId]);
    expect(after.rows[0].history_id).toBe('100');
  });
});
