import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LeaseLostError, RowRefusedError } from '../src/index.ts';
import type { HistoryChange } from '../src/index.ts';
import { newestPendingSql } from '../src/newest-pending.ts';
import { aMailbox, aMessage, countsOf, migratedDb, takeLease } from './migrated-db.ts';

let test: Awaited<ReturnType<typeof migratedDb>>;
beforeAll(async () => {
  test = await migratedDb();
});
afterAll(() => test.close());

const lapse = (mailboxId: string) =>
  test.pool.query(`UPDATE mailboxes SET lease_until = now() - interval '1 second' WHERE id = $1`, [
    mailboxId,
  ]);
const listed = (...ids: string[]) => ids.map((id) => ({ gmailId: id, threadId: id }));

const aContent = (text: string) => ({ text, html: null, attachments: [], flaws: [] });

interface Plan {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: Plan[];
}

/** Of the whole plan: what each node gave, and what it looked at in vain. */
function rowsRead(plan: Plan): number {
  const inVain = (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Join Filter'] ?? 0);
  const own = (plan['Actual Rows'] + inVain) * plan['Actual Loops'];
  return (plan.Plans ?? []).reduce((sum, child) => sum + rowsRead(child), own);
}

describe('the ledger', () => {
  it('accounts for every listed message: stored, gone, failed or pending', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    await db.ledger.recordPage(lease, {
      generation: 1,
      messages: listed('a1', 'a2', 'a3', 'a4'),
      nextPageToken: null,
    });
    await db.messages.store(lease, 1, [aMessage('a1')]);
    await db.ledger.settle(lease, [
      { gmailId: 'a2', outcome: 'gone' },
      { gmailId: 'a3', outcome: 'failed', reason: 'bad' },
    ]);
    expect(await countsOf(pool, mailboxId)).toMatchObject({
      listed: 4,
      stored: 1,
      gone: 1,
      failed: 1,
      pending: 1,
    });
    expect(await db.due.unaccounted()).toEqual([]);
  });

  it('adds nothing for a page that is listed again, and hands out the newest first', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    const page = { generation: 1, messages: listed('b3', 'b2'), nextPageToken: 'next' };
    expect(await db.ledger.recordPage(lease, page)).toEqual({ added: 2 });
    expect(await db.ledger.recordPage(lease, page)).toEqual({ added: 0 });
    await db.ledger.recordPage(lease, { generation: 1, messages: listed('b1'), nextPageToken: null });
    expect((await db.ledger.pending(mailboxId, 10)).map(({ gmailId }) => gmailId)).toEqual([
      'b3',
      'b2',
      'b1',
    ]);
  });

  it('hands out with a message all that is pending of its thread', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    const messages = [
      { gmailId: 'c4', threadId: 'c1' },
      { gmailId: 'c3', threadId: 'c3' },
      { gmailId: 'c2', threadId: 'c1' },
    ];
    await db.ledger.recordPage(lease, { generation: 1, messages, nextPageToken: null });
    expect((await db.ledger.pending(mailboxId, 1)).map(({ gmailId }) => gmailId)).toEqual(['c4', 'c2']);
  });

  it('reads about as many rows as it hands out, however many are pending and nobody has counted them', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    await db.ledger.recordPage(lease, { generation: 1, messages: listed('n1'), nextPageToken: null });
    await pool.query('ANALYZE listed_messages');
    await pool.query('DELETE FROM listed_messages WHERE mailbox_id = $1', [mailboxId]);
    await pool.query(
      `INSERT INTO listed_messages (mailbox_id, gmail_id, thread_id, generation, position)
       SELECT $1, 'm' || n, 't' || n % 5000, 1, -2 * n FROM generate_series(1, 20000) n`,
      [mailboxId],
    );
    await pool.query('UPDATE mailboxes SET listed = 20000, pending = 20000 WHERE id = $1', [mailboxId]);
    const { rows } = await pool.query<{ plan: [{ Plan: Plan }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${newestPendingSql}`,
      [mailboxId, 50, 4_000],
    );
    expect(rowsRead(Object.values(rows[0]!)[0]![0].Plan)).toBeLessThan(20 * 200);
    expect(await db.ledger.pending(mailboxId, 50)).toHaveLength(200);
  });

  it('stores texts as they are, and notes in the same transaction what is worked on next', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    const texts = ['', '"quoted", {braced}, NULL', 'back\\slash\n', 'Ünï 漢字 🙂 \u2028', null];
    const rows = texts.map((text, index) =>
      aMessage(`t${index}`, { subject: text ?? '', content: text === null ? null : aContent(text) }),
    );
    await db.messages.store(lease, 1, rows, ['next']);
    const { rows: stored } = await pool.query<{ subject: string; text: string | null; html: string | null }>(
      `SELECT e.subject, c.text, c.html FROM emails e LEFT JOIN contents c USING (mailbox_id, gmail_id)
       WHERE mailbox_id = $1 ORDER BY gmail_id`,
      [mailboxId],
    );
    expect(stored).toEqual(texts.map((text) => ({ subject: text ?? '', text, html: null })));
    const { rows: mailbox } = await pool.query('SELECT in_hand FROM mailboxes WHERE id = $1', [mailboxId]);
    expect(mailbox).toEqual([{ in_hand: ['next'] }]);
  });

  it('changes no row when a slice is stored again', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    await db.ledger.recordPage(lease, { generation: 1, messages: listed('d1'), nextPageToken: null });
    const versionOf = async () =>
      (
        await pool.query(
          `SELECT xmin FROM emails WHERE mailbox_id = $1 UNION ALL SELECT xmin FROM contents WHERE mailbox_id = $1
           UNION ALL SELECT xmin FROM mailboxes WHERE id = $1`,
          [mailboxId],
        )
      ).rows;
    expect(await db.messages.store(lease, 1, [aMessage('d1')])).toEqual(['d1']);
    const before = await versionOf();
    expect(await db.messages.store(lease, 1, [aMessage('d1')])).toEqual([]);
    expect(await versionOf()).toEqual(before);
  });

  it('refuses a message that Postgres cannot hold, with nothing of the others stored', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    await db.ledger.recordPage(lease, { generation: 1, messages: listed('d2', 'd3'), nextPageToken: null });
    const rows = [aMessage('d2'), aMessage('d3', { subject: 'a\u0000b' })];
    await expect(db.messages.store(lease, 1, rows)).rejects.toThrow(RowRefusedError);
    expect(await countsOf(pool, mailboxId)).toMatchObject({ stored: 0, pending: 2 });
    expect(await db.messages.newestId(mailboxId)).toBeUndefined();
  });

  it('lists from the first page again when told so, and keeps what was recorded', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    await db.ledger.recordPage(lease, { generation: 1, messages: listed('d4'), nextPageToken: 'stale' });
    await db.ledger.restartListing(lease, 1);
    expect((await db.leases.read(lease)).listing).toMatchObject({ pageToken: null, complete: false });
    await db.ledger.recordPage(lease, { generation: 1, messages: listed('d5', 'd4'), nextPageToken: null });
    expect(await countsOf(pool, mailboxId)).toMatchObject({ listed: 2, pending: 2 });
  });

  it('puts failed messages back to pending on replay', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    await db.ledger.recordPage(lease, { generation: 1, messages: listed('e1', 'e2'), nextPageToken: null });
    await db.ledger.settle(lease, [{ gmailId: 'e1', outcome: 'failed', reason: 'bad' }]);
    expect(await db.ledger.replay(mailboxId)).toBe(1);
    expect(await countsOf(pool, mailboxId)).toMatchObject({ failed: 0, pending: 2 });
  });
});

describe('a lease', () => {
  it('is held by one worker; a paused mailbox has none', async () => {
    const { db, pool } = test;
    const { mailboxId, userId } = await aMailbox(db, pool);
    expect(await db.leases.acquire(mailboxId, 'other', 1_000)).toBe('taken');
    await db.mailboxes.pause(userId, mailboxId);
    expect(await db.leases.acquire(mailboxId, 'other', 1_000)).toBe('closed');
  });

  it('that was lost writes nothing', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    await db.ledger.recordPage(lease, { generation: 1, messages: listed('f1'), nextPageToken: null });
    await lapse(mailboxId);
    await takeLease(db, mailboxId);
    const before = await countsOf(pool, mailboxId);
    await expect(db.messages.store(lease, 1, [aMessage('f1')])).rejects.toThrow(LeaseLostError);
    await expect(db.history.apply(lease, 1, [], '999')).rejects.toThrow(LeaseLostError);
    await expect(db.ledger.settle(lease, [{ gmailId: 'f1', outcome: 'gone' }])).rejects.toThrow(
      LeaseLostError,
    );
    expect(await countsOf(pool, mailboxId)).toEqual(before);
  });

  it('that lapsed makes what was in hand suspect; one that was released does not', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    await db.ledger.recordPage(lease, { generation: 1, messages: listed('g1', 'g2'), nextPageToken: null });
    await db.leases.renew(lease, 60_000, ['g1']);
    await db.leases.release(lease, {});
    const second = await takeLease(db, mailboxId);
    await db.leases.renew(second, 60_000, ['g2']);
    await lapse(mailboxId);
    await takeLease(db, mailboxId, { owner: 'another' });
    const crashesOf = async () =>
      (await db.ledger.pending(mailboxId, 10)).map(({ gmailId, crashes }) => [gmailId, crashes]);
    expect(await crashesOf()).toEqual([
      ['g1', 0],
      ['g2', 1],
    ]);
    await db.leases.absolve(mailboxId, ['g2']);
    expect(await crashesOf()).toEqual([
      ['g1', 0],
      ['g2', 0],
    ]);
  });

  it('tells its next holder when the one before died with it', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    const takenBy = async (owner: string) => {
      const acquired = await db.leases.acquire(mailboxId, owner, 60_000);
      return typeof acquired === 'string' ? acquired : acquired.afterDeath;
    };
    await db.leases.release(lease, {});
    expect(await takenBy('one')).toBe(false);
    await lapse(mailboxId);
    expect(await takenBy('one')).toBe(false);
    await lapse(mailboxId);
    expect(await takenBy('another')).toBe(true);
    expect(await takenBy('a third')).toBe('taken');
  });

  it('that its owner let lapse itself makes nothing suspect: the process lives', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    await db.ledger.recordPage(lease, { generation: 1, messages: listed('h1'), nextPageToken: null });
    await db.leases.renew(lease, 60_000, ['h1']);
    await lapse(mailboxId);
    const again = await takeLease(db, mailboxId);
    await db.leases.release(again, {});
    await takeLease(db, mailboxId, { owner: 'another' });
    expect(await db.ledger.pending(mailboxId, 10)).toMatchObject([{ gmailId: 'h1', crashes: 0 }]);
  });

  it('tells its holder that somebody more urgent waits, until that one has it', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    expect(await db.leases.acquire(mailboxId, 'patient', 1_000)).toBe('taken');
    expect(await db.leases.read(lease)).toMatchObject({ wanted: false });
    expect(await db.leases.acquire(mailboxId, 'urgent', 1_000, { insists: true })).toBe('taken');
    expect(await db.leases.read(lease)).toMatchObject({ wanted: true });
    await db.leases.release(lease, {});
    const urgent = await db.leases.acquire(mailboxId, 'urgent', 1_000, { insists: true });
    expect(urgent).toMatchObject({ sync: { wanted: false } });
  });

  it('counts slices that failed in a row; a wait for quota says nothing', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    const failuresAfter = async (release: Parameters<typeof db.leases.release>[1]) => {
      const held = await takeLease(db, mailboxId);
      await db.leases.release(held, release);
      return (await pool.query('SELECT failures FROM mailboxes WHERE id = $1', [mailboxId])).rows[0].failures;
    };
    await db.leases.release(lease, {});
    expect(await failuresAfter({ failed: true })).toBe(1);
    expect(await failuresAfter({ failed: true })).toBe(2);
    expect(await failuresAfter({})).toBe(2);
    expect(await failuresAfter({ failed: false })).toBe(0);
  });
});

describe('history', () => {
  const change = (kind: HistoryChange['kind'], historyId: number, gmailId: string): HistoryChange =>
    kind === 'labels'
      ? {
          kind,
          historyId: String(historyId),
          gmailId,
          added: [`L${historyId % 3}`],
          removed: [`L${(historyId + 1) % 3}`],
        }
      : kind === 'added'
        ? { kind, historyId: String(historyId), gmailId, threadId: gmailId }
        : { kind, historyId: String(historyId), gmailId };

  it('never moves backwards', async () => {
    const { db, pool } = test;
    const { mailboxId, lease } = await aMailbox(db, pool);
    await db.history.apply(lease, 1, [], '18446744073709551615');
    await db.history.apply(lease, 1, [], '5');
    expect((await countsOf(pool, mailboxId)).historyId).toBe('18446744073709551615');
  });

  it('ends the same however it is cut into pages, and when pages are applied twice', async () => {
    const { db, pool } = test;
    const ids = ['a0', 'a1', 'a2', 'a3'];
    const kinds = fc.constantFrom<HistoryChange['kind']>('labels', 'labels', 'added', 'deleted');
    const records = fc.array(fc.tuple(kinds, fc.constantFrom(...ids)), { minLength: 1, maxLength: 12 });
    const cuts = fc.array(fc.nat(12), { maxLength: 3 });

    async function endOf(changes: HistoryChange[], at: number[], twice: boolean) {
      const { mailboxId, lease } = await aMailbox(db, pool);
      await db.ledger.recordPage(lease, { generation: 1, messages: listed('a0', 'a1'), nextPageToken: null });
      await db.messages.store(lease, 1, [aMessage('a0', { labelIds: ['L0'] })]);
      const bounds = [0, ...at.filter((cut) => cut < changes.length).sort((x, y) => x - y), changes.length];
      for (let n = 1; n < bounds.length; n += 1) {
        const page = changes.slice(bounds[n - 1], bounds[n]);
        const position = page.at(-1)?.historyId ?? '100';
        await db.history.apply(lease, 1, page, position);
        if (twice) await db.history.apply(lease, 1, page, position);
      }
      const { rows: emails } = await pool.query(
        `SELECT gmail_id, ARRAY(SELECT unnest(label_ids) ORDER BY 1) AS labels, history_id, deleted_at IS NULL AS alive
         FROM emails WHERE mailbox_id = $1 ORDER BY 1`,
        [mailboxId],
      );
      const { rows: ledger } = await pool.query(
        'SELECT gmail_id, state FROM listed_messages WHERE mailbox_id = $1 ORDER BY 1',
        [mailboxId],
      );
      expect(await db.due.unaccounted()).toEqual([]);
      return { emails, ledger, counts: await countsOf(pool, mailboxId) };
    }

    await fc.assert(
      fc.asyncProperty(records, cuts, async (steps, at) => {
        // A message is deleted once and never comes back under its id, as at Gmail.
        const deleted = new Set<string>();
        const changes = steps.flatMap(([kind, id], index) => {
          if (deleted.has(id)) return [];
          if (kind === 'deleted') deleted.add(id);
          return [change(kind, 101 + index, id)];
        });
        if (changes.length === 0) return;
        const whole = await endOf(changes, [], false);
        expect(await endOf(changes, at, false)).toEqual(whole);
        expect(await endOf(changes, at, true)).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
