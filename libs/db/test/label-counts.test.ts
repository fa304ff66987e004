import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aMailbox, aMessage, migratedDb } from './migrated-db.ts';

let test: Awaited<ReturnType<typeof migratedDb>>;
beforeAll(async () => {
  test = await migratedDb();
});
afterAll(() => test.close());

const labels = ['INBOX', 'UNREAD', 'L'];
const ids = ['a1', 'a2', 'a3', 'a4'];

async function aLabelledMailbox() {
  const mailbox = await aMailbox(test.db, test.pool);
  await test.db.labels.replace(
    mailbox.lease,
    labels.map((name) => ({ gmailId: name, name, type: 'user' as const })),
  );
  const { userId, mailboxId } = mailbox;
  return {
    ...mailbox,
    told: async () =>
      (await test.db.labelReads.list(userId)).map(({ gmailId, total, unread }) => [gmailId, total, unread]),
    counted: async () => {
      const { rows } = await test.pool.query(
        `SELECT l.gmail_id, (count(e.*))::int AS total, (count(e.*) FILTER (WHERE 'UNREAD' = ANY(e.label_ids)))::int AS unread
         FROM labels l LEFT JOIN emails e ON e.mailbox_id = l.mailbox_id AND l.gmail_id = ANY(e.label_ids)
           AND e.deleted_at IS NULL
         WHERE l.mailbox_id = $1 GROUP BY l.gmail_id, l.name ORDER BY l.name`,
        [mailboxId],
      );
      return rows.map((row) => [row.gmail_id, row.total, row.unread]);
    },
  };
}

/** Everything that changes which labels are carried, in any order. */
const id = fc.constantFrom(...ids);
const some = fc.subarray(labels);
const step = fc.oneof(
  fc.record({ kind: fc.constant('store' as const), id, labels: some }),
  fc.record({ kind: fc.constant('history' as const), id, labels: some }),
  fc.record({ kind: fc.constant('delete' as const), id }),
  fc.record({ kind: fc.constant('reader' as const), id, labels: some }),
  fc.record({ kind: fc.constant('set' as const), id, labels: some }),
  fc.record({ kind: fc.constant('members' as const), ids: fc.subarray(ids) }),
  fc.record({ kind: fc.constant('generation' as const), listed: fc.subarray(ids) }),
);

describe('the counts of labels', () => {
  it('are those of the messages, whatever has changed them', async () => {
    const { db } = test;
    const run = async (steps: (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]) => {
      const { lease, userId, mailboxId, told, counted } = await aLabelledMailbox();
      let generation = 1;
      for (const [i, change] of steps.entries()) {
        const historyId = String(1_000 + i);
        const ofOne = 'id' in change ? { gmailId: change.id, historyId } : { gmailId: '', historyId };
        if (change.kind === 'store') {
          await db.messages.store(lease, generation, [
            aMessage(change.id, { historyId, labelIds: change.labels }),
          ]);
        } else if (change.kind === 'history') {
          const removed = labels.filter((label) => !change.labels.includes(label));
          await db.history.apply(
            lease,
            generation,
            [{ kind: 'labels', ...ofOne, added: change.labels, removed }],
            historyId,
          );
        } else if (change.kind === 'delete') {
          await db.history.apply(lease, generation, [{ kind: 'deleted', ...ofOne }], historyId);
        } else if (change.kind === 'reader') {
          const key = { mailboxId, gmailId: change.id };
          await db.outbox.changeLabels(userId, [key], { add: change.labels, remove: ['UNREAD'] });
        } else if (change.kind === 'set') {
          await db.messages.setLabels(lease, change.id, change.labels, historyId);
        } else if (change.kind === 'members') {
          await db.labels.recordMembers(lease, generation, {
            labelId: 'L',
            gmailIds: change.ids,
            nextPageToken: null,
          });
        } else {
          generation = await db.ledger.beginGeneration(lease, 'reconcile', historyId);
          const messages = change.listed.map((gmailId) => ({ gmailId, threadId: gmailId }));
          await db.ledger.recordPage(lease, { generation, messages, nextPageToken: null });
          await db.history.finishGeneration(lease, generation);
        }
        expect(await told()).toEqual(await counted());
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), run), { numRuns: 15 });
  });

  it('are told without a look at any message while nothing has changed', async () => {
    const { lease, told } = await aLabelledMailbox();
    await test.db.messages.store(lease, 1, [aMessage('a1', { labelIds: ['L'] })]);
    const before = await told();
    const client = await test.pool.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE emails IN ACCESS EXCLUSIVE MODE');
    expect(await told()).toEqual(before);
    await client.query('ROLLBACK');
    client.release();
  });
});
