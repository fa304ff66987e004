import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emailListSql } from '../src/email-list-sql.ts';
import { aMailbox, aMessage, migratedDb } from './migrated-db.ts';

let test: Awaited<ReturnType<typeof migratedDb>>;
beforeAll(async () => {
  test = await migratedDb();
});
afterAll(() => test.close());

/** Mailboxes of one user, each with messages received at these minutes. */
async function aUserWith(mailboxes: number[][]) {
  const first = await aMailbox(test.db, test.pool);
  const others = await Promise.all(mailboxes.slice(1).map(() => aMailbox(test.db, test.pool)));
  const all = [first, ...others];
  const ids = all.map(({ mailboxId }) => mailboxId);
  await test.pool.query('UPDATE mailboxes SET user_id = $1 WHERE id = ANY($2)', [first.userId, ids]);
  for (const [i, minutes] of mailboxes.entries()) {
    const messages = minutes.map((minute, n) =>
      aMessage(`a${n}`, { receivedAt: new Date(Date.UTC(2026, 0, 1, 0, minute)) }),
    );
    if (messages.length > 0) await test.db.messages.store(all[i]!.lease, 1, messages);
  }
  return { userId: first.userId, mailboxIds: ids };
}

describe('the list of messages', () => {
  it('turns page by page over all mailboxes of the user, newest first, each message once', async () => {
    await aUserWith([[1, 2, 3]]);
    const some = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(fc.array(some, { minLength: 1, maxLength: 3 }), async (mailboxes) => {
        const { userId, mailboxIds } = await aUserWith(mailboxes);
        const seen: string[] = [];
        for (let after: (typeof page)[number] | undefined, page: Page = []; ; after = page.at(-1)) {
          page = await test.db.emailReads.list(userId, { filter: {}, limit: 3, ...(after && { after }) });
          if (page.length === 0) break;
          seen.push(...page.map(({ mailboxId, gmailId }) => `${mailboxId} ${gmailId}`));
        }
        const { rows } = await test.pool.query<{ name: string }>(
          `SELECT mailbox_id || ' ' || gmail_id AS name FROM emails WHERE mailbox_id = ANY($1)
           ORDER BY received_at DESC, gmail_id DESC, mailbox_id DESC`,
          [mailboxIds],
        );
        expect(seen).toEqual(rows.map(({ name }) => name));
      }),
      { numRuns: 15 },
    );
  });

  it('is empty for a user without a mailbox, and for a mailbox of somebody else', async () => {
    const [{ userId }, other] = [await aUserWith([[1]]), await aUserWith([[1]])];
    const list = (id: string, filter: { mailboxId?: string }) =>
      test.db.emailReads.list(id, { filter, limit: 3 });
    expect(await list('usr_0000000000000000', {})).toEqual([]);
    expect(await list(userId, { mailboxId: other.mailboxIds[0]! })).toEqual([]);
    expect(await list(other.userId, { mailboxId: other.mailboxIds[0]! })).toHaveLength(1);
  });

  it('is planned over the partitions of its mailboxes and no other', async () => {
    const { mailboxIds } = await aUserWith([[1], [2]]);
    const ids = mailboxIds as [string, string];
    const { sql, values } = emailListSql(
      ids,
      'e.mailbox_id AS "mailboxId", e.gmail_id AS "gmailId", e.received_at AS "receivedAt"',
      {
        filter: { withoutLabelIds: ['TRASH'] },
        limit: 51,
      },
    );
    const { rows } = await test.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    const partitions = new Set(plan.match(/emails_p\d+(?= e)/g));
    expect(partitions.size).toBeGreaterThan(0);
    expect(partitions.size).toBeLessThanOrEqual(ids.length);
  });
});

type Page = Awaited<ReturnType<typeof test.db.emailReads.list>>;
