// Gmail's history against a model of the mailbox: cut anywhere, interrupted anywhere, fetched at any moment.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HistoryChange, LabelScope, Lease } from '../src/index.ts';
import { isInScope } from '../src/index.ts';
import { aMailbox, aMessage, countsOf, migratedDb, takeLease } from './migrated-db.ts';

let test: Awaited<ReturnType<typeof migratedDb>>;
beforeAll(async () => void (test = await migratedDb()));
afterAll(() => test?.close());

interface Held {
  labels: Set<string>;
  historyId: number;
}

const label = fc.constantFrom('INBOX', 'STARRED', 'TRASH');
const acts = fc.array(
  fc.record({
    act: fc.constantFrom('come', 'go', 'add', 'remove'),
    message: fc.nat(5),
    label,
    gap: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 24 },
);
const steps = fc.array(
  fc.record({
    records: fc.integer({ min: 1, max: 6 }),
    /** A crash inside the page's transaction; or after it, before anybody knows that it was committed. */
    crash: fc.constantFrom('never', 'inside', 'after'),
    /** Pending messages are fetched after it: Gmail gives them as they are by then. */
    fetches: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);
type ValueOf<A> = A extends fc.Arbitrary<infer Value> ? Value : never;
type Acts = ValueOf<typeof acts>;
type Steps = ValueOf<typeof steps>;

/** The first three messages are there before the history begins. */
const isOld = (n: number) => n < 3;

/** Plays the acts in a mailbox of Gmail's: its records, and what it holds at the end. */
function play(moves: Acts) {
  const held = new Map<string, Held>();
  const everHeld = new Set<string>();
  for (let n = 0; isOld(n); n += 1) held.set(`m${n}`, { labels: new Set(['INBOX']), historyId: 100 });
  for (const id of held.keys()) everHeld.add(id);
  const records: HistoryChange[] = [];
  let now = 100;
  for (const { act, message, label: name, gap } of moves) {
    const gmailId = `m${message}`;
    const known = held.get(gmailId);
    if (act === 'come' ? everHeld.has(gmailId) : !known) continue;
    now += gap;
    const historyId = String(now);
    if (act === 'come') {
      everHeld.add(gmailId);
      held.set(gmailId, { labels: new Set(['INBOX']), historyId: now });
      records.push({ kind: 'added', historyId, gmailId, threadId: gmailId });
    } else if (act === 'go') {
      held.delete(gmailId);
      records.push({ kind: 'deleted', historyId, gmailId });
    } else {
      if (act === 'add') known!.labels.add(name);
      else known!.labels.delete(name);
      known!.historyId = now;
      const change = { added: act === 'add' ? [name] : [], removed: act === 'remove' ? [name] : [] };
      records.push({ kind: 'labels', historyId, gmailId, threadId: gmailId, ...change });
    }
  }
  return { held, records, newest: String(now) };
}

async function follow(
  { held, records, newest }: ReturnType<typeof play>,
  plan: Steps,
  scope: LabelScope | undefined,
) {
  const { db, pool } = test;
  const { mailboxId, lease: first } = await aMailbox(db, pool);
  let lease: Lease = first;
  const old = [0, 1, 2].map((n) => aMessage(`m${n}`, { labelIds: ['INBOX'] }));
  await db.messages.store(lease, 1, old);
  const position = async () => (await countsOf(pool, mailboxId)).historyId as string;

  async function fetchAll() {
    const pending = await db.ledger.pending(mailboxId, 100);
    const isThere = ({ gmailId }: { gmailId: string }) => {
      const message = held.get(gmailId);
      return message !== undefined && (!scope || isInScope([...message.labels], scope));
    };
    const rows = pending.filter(isThere).map(({ gmailId }) => {
      const { labels, historyId } = held.get(gmailId)!;
      return aMessage(gmailId, { labelIds: [...labels], historyId: String(historyId) });
    });
    await db.messages.store(lease, 1, rows);
    const gone = pending.filter((message) => !isThere(message));
    await db.ledger.settle(
      lease,
      gone.map(({ gmailId }) => ({ gmailId, outcome: 'gone' as const })),
    );
  }

  for (let turn = 0; BigInt(await position()) < BigInt(newest); turn += 1) {
    const { records: size, crash, fetches } = plan[turn % plan.length]!;
    const from = BigInt(await position());
    const left = records.filter(({ historyId }) => BigInt(historyId) > from);
    const page = left.slice(0, size);
    const to = page.length === left.length ? newest : page.at(-1)!.historyId;
    if (crash === 'inside' && turn < plan.length) {
      // The position cannot be written: all that came before it in the transaction is undone.
      await expect(db.history.apply(lease, 1, page, 'nonsense', scope)).rejects.toThrow();
      expect(await position()).toBe(String(from));
    }
    await db.history.apply(lease, 1, page, to, scope);
    if (crash === 'after') {
      await pool.query(`UPDATE mailboxes SET lease_until = now() - interval '1 s' WHERE id = $1`, [
        mailboxId,
      ]);
      lease = await takeLease(db, mailboxId, { owner: 'next' });
      await db.history.apply(lease, 1, page, to, scope);
    }
    if (fetches) await fetchAll();
  }
  await fetchAll();
  const { rows } = await pool.query<{ id: string; labels: string[] }>(
    `SELECT gmail_id AS id, label_ids AS labels FROM emails
     WHERE mailbox_id = $1 AND deleted_at IS NULL ORDER BY gmail_id`,
    [mailboxId],
  );
  const counts = await countsOf(pool, mailboxId);
  return { rows: rows.map(({ id, labels }) => [id, labels.toSorted()]), counts, mailboxId };
}

const expected = (held: Map<string, Held>, scope: LabelScope | undefined) =>
  [...held]
    .filter(([, { labels }]) => !scope || isInScope([...labels], scope))
    .map(([id, { labels }]) => [id, [...labels].toSorted()])
    .toSorted();

describe('the history of a mailbox', () => {
  it.each<[string, LabelScope | undefined]>([
    ['all of it', undefined],
    ['without spam and trash', { labelIds: null, spamTrash: false }],
    ['only what is starred', { labelIds: ['STARRED'], spamTrash: true }],
  ])('ends as the mailbox is, whatever the pages, crashes and fetches between: %s', async (_what, scope) => {
    await fc.assert(
      fc.asyncProperty(acts, steps, async (moves, plan) => {
        const played = play(moves);
        const { rows, counts, mailboxId } = await follow(played, plan, scope);
        // Old messages that are out of the scope and that no change concerns were never to be listed.
        const untouched = (id: string) => !played.records.some(({ gmailId }) => gmailId === id);
        const stale = [...played.held.keys()].filter(
          (id) => untouched(id) && scope && !isInScope([...played.held.get(id)!.labels], scope),
        );
        const mine = rows.filter(([id]) => !stale.includes(id as string));
        expect(mine).toEqual(expected(played.held, scope));
        expect(counts.listed).toBe(counts.stored + counts.gone + counts.failed + counts.pending);
        expect(counts.pending).toBe(0);
        const unaccounted = await test.db.due.unaccounted();
        expect(unaccounted.filter((one) => one.mailboxId === mailboxId)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('names as changed only what is different now: our own change that comes back is no news', async () => {
    const { db, pool } = test;
    const { lease } = await aMailbox(db, pool);
    await db.messages.store(lease, 1, [aMessage('a', { labelIds: ['INBOX', 'STARRED'] })]);
    const change = { kind: 'labels' as const, gmailId: 'a', removed: [] };
    const echo = { ...change, historyId: '101', added: ['STARRED'] };
    const news = { ...change, historyId: '102', added: ['IMPORTANT'] };
    expect((await db.history.apply(lease, 1, [echo], '101')).changed).toEqual([]);
    expect((await db.history.apply(lease, 1, [news], '102')).changed).toEqual(['a']);
    const toAndFro = [
      { ...change, historyId: '103', added: ['X'] },
      { ...change, historyId: '104', added: [], removed: ['X'] },
    ];
    expect((await db.history.apply(lease, 1, toAndFro, '104')).changed).toEqual([]);
  });

  it('that Gmail lost is counted until some can be applied again', async () => {
    const { db, pool } = test;
    const { lease } = await aMailbox(db, pool);
    const lost = { horizon: '', listedFrom: null, lost: true };
    await db.ledger.beginGeneration(lease, 'reconcile', '200', lost);
    await db.ledger.beginGeneration(lease, 'reconcile', '210', lost);
    expect(await db.leases.read(lease)).toMatchObject({ lostHistories: 2, generation: 3 });
    await db.history.apply(lease, 3, [], '220');
    expect((await db.leases.read(lease)).lostHistories).toBe(0);
  });

  it('a listing that goes back some days buries nothing that is older, and never goes back less than before', async () => {
    const { db, pool } = test;
    const { lease, mailboxId } = await aMailbox(db, pool);
    const days = (day: number) => new Date(Date.UTC(2026, 0, day));
    await db.messages.store(lease, 1, [
      aMessage('old', { receivedAt: days(1) }),
      aMessage('deleted', { receivedAt: days(20) }),
      aMessage('kept', { receivedAt: days(21) }),
    ]);
    const cover = (day: number) => ({ horizon: 'some days', listedFrom: days(day), lost: false });
    await db.ledger.beginGeneration(lease, 'reconcile', '200', cover(10));
    const page = { generation: 2, messages: [{ gmailId: 'kept', threadId: 'kept' }], nextPageToken: null };
    await db.ledger.recordPage(lease, page);
    expect((await db.history.finishGeneration(lease, 2)).gone).toEqual(['deleted']);
    await db.ledger.beginGeneration(lease, 'reconcile', '300', cover(25));
    expect((await db.leases.read(lease)).listing?.listedFrom).toContain('2026-01-10');
    expect(await countsOf(pool, mailboxId)).toMatchObject({ listed: 3, stored: 2, gone: 1 });
  });
});

describe('a pause of all mailboxes', () => {
  it('gives no lease and makes nothing due until it ends; a weight is from 1 to 10', async () => {
    const { db, pool } = test;
    const { lease, mailboxId } = await aMailbox(db, pool);
    await db.leases.release(lease, { dueInMs: 0 });
    const claimed = async () =>
      (await db.due.claimDue({ limit: 1_000, aheadMs: 0, graceMs: 1_000 })).map(({ mailboxId: id }) => id);
    await db.fleetPause.pause();
    await db.fleetPause.pause();
    expect(await db.fleetPause.pausedSince()).toBeInstanceOf(Date);
    expect(await db.leases.acquire(mailboxId, 'test', 1_000)).toBe('closed');
    expect(await claimed()).toEqual([]);
    expect(await db.due.idleBacklogs(100, 0)).toEqual([]);
    await db.fleetPause.resume();
    expect(await db.fleetPause.pausedSince()).toBeNull();
    expect(await claimed()).toContain(mailboxId);
    await takeLease(db, mailboxId);
    await db.fleetPause.setWeight(mailboxId, 10);
    await expect(db.fleetPause.setWeight(mailboxId, 11)).rejects.toThrow();
    await expect(db.fleetPause.setWeight('mb_nobody', 2)).rejects.toThrow('mb_nobody');
  });
});

describe('a mailbox that will be due', () => {
  it('is given to one caller ahead of its time, who hears when that is, and comes up again after it', async () => {
    const { db, pool } = test;
    const { lease, mailboxId } = await aMailbox(db, pool);
    await db.leases.release(lease, { dueInMs: 1_000 });
    const claimed = async (aheadMs: number) =>
      (await db.due.claimDue({ limit: 1_000, aheadMs, graceMs: 5_000 })).find(
        (each) => each.mailboxId === mailboxId,
      );
    expect(await claimed(0)).toBeUndefined();
    const { inMs } = (await claimed(2_000))!;
    expect(inMs).toBeGreaterThan(0);
    expect(inMs).toBeLessThanOrEqual(1_000);
    expect(await claimed(2_000)).toBeUndefined();
    expect((await claimed(7_000))!.inMs).toBeGreaterThan(4_000);
  });
});
