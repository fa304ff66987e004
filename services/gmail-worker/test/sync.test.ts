// One worker, one simulator, and for each test an account of its own.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { Fault, GmailSimulator } from '@finito/gmail-simulator';
import { aWorld, eventually, inStep } from './running-worker.ts';
import type { World } from './running-worker.ts';

jest.setTimeout(120_000);

const messages = 400;
let simulator: GmailSimulator;
let world: World;

beforeAll(async () => {
  const sample = await sampleMailbox({ messages });
  simulator = await startGmailSimulator({
    timeFactor: 240,
    accounts: Array.from({ length: 20 }, (_, n) => ({
      emailAddress: `robin${n}@example.com`,
      name: 'Robin',
      messages: sample,
    })),
  });
  world = await aWorld(simulator, {
    GMAIL_QUOTA_TIME_FACTOR: '240',
    GMAIL_PUBSUB_TOPIC: 'projects/finito/topics/gmail',
  });
  await world.startWorker();
}, 120_000);
afterEach(() => simulator.clearFaults());
afterAll(async () => {
  await world.close();
  await simulator.close();
});

let accounts = 0;
/** An account nobody has connected yet, and how to break its calls alone. */
function anAccount() {
  const email = `robin${accounts++}@example.com`;
  const account = simulator.account(email);
  const ids = simulator
    .truth(email)
    .sort((left, right) => right.internalDate - left.internalDate)
    .map(({ gmailId }) => gmailId);
  const inject = ({ match, effect }: Fault) => simulator.inject({ match: { user: email, ...match }, effect });
  const compared = (mailboxId: string) => world.comparedWithTruth(mailboxId, email);
  return { email, account, ids, inject, compared };
}

describe('a sync', () => {
  it('ends live, with every listed message stored, no refusal by quota, and three quarters of the naive price at most', async () => {
    const { email, compared } = anAccount();
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    expect(await compared(mailboxId)).toEqual(inStep);
    expect(await world.progress(mailboxId)).toMatchObject({
      listed: messages,
      stored: messages,
      failed: 0,
      gone: 0,
    });
    expect(simulator.report()).toMatchObject({ refusals: {}, fetchedTwice: 0 });
    expect(simulator.report().unitsByUser[email]).toBeLessThan(0.75 * messages * 20);
  });

  it('applies what changes while it lists and after it', async () => {
    const { email, account, ids, compared } = anAccount();
    const mailboxId = await world.connect(email);
    await eventually(async () => (await world.progress(mailboxId)).stored > 50);
    account.changeLabels(ids.slice(0, 40), ['STARRED'], ['INBOX']);
    ids.slice(40, 60).forEach((id) => account.delete(id));
    const delivered = account.deliver({
      raw: Buffer.from('From: a@example.com\r\nSubject: New\r\n\r\nHello'),
    });
    await world.untilLive(mailboxId);
    await eventually(async () => (await compared(mailboxId)).equal);
    account.changeLabels([delivered], ['STARRED'], ['UNREAD']);
    account.delete(ids[70]!);
    await eventually(async () => (await compared(mailboxId)).equal);
    expect(await compared(mailboxId)).toEqual(inStep);
  });

  it('replaces a draft that was edited instead of keeping both', async () => {
    const { email, account, compared } = anAccount();
    const draft = (text: string) => ({
      raw: Buffer.from(`Subject: Draft\r\n\r\n${text}`),
      labelIds: ['DRAFT'],
    });
    const first = account.deliver(draft('one'));
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    account.delete(first);
    account.deliver(draft('two'));
    await eventually(async () => (await compared(mailboxId)).equal);
    expect(await world.progress(mailboxId)).toMatchObject({ stored: messages + 1, gone: 1 });
  });

  it('finds additions, deletions and label changes after the history was lost, and downloads no body again', async () => {
    const { email, account, ids, compared } = anAccount();
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    account.changeLabels(ids.slice(0, 100), ['STARRED'], ['UNREAD']);
    ids.slice(100, 130).forEach((id) => account.delete(id));
    account.deliver({ raw: Buffer.from('From: a@example.com\r\nSubject: New\r\n\r\nHello') });
    account.expireHistory();
    await eventually(async () => (await compared(mailboxId)).equal);
    await world.untilLive(mailboxId);
    expect(await compared(mailboxId)).toEqual(inStep);
    expect(simulator.report().fetchedTwice).toBe(0);
  });

  it('asks Gmail once to be told of changes, and takes no position from its answer', async () => {
    const { email, account, compared } = anAccount();
    const watches = () => simulator.report().callsByUser[email]!['watch'];
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    const watched = async () =>
      (
        await world.pool.query('SELECT watch_until > now() AS watched FROM mailboxes WHERE id = $1', [
          mailboxId,
        ])
      ).rows[0].watched;
    await eventually(watched);
    expect(watches()).toBe(1);
    account.deliver({ raw: Buffer.from('Subject: New\r\n\r\nHello') });
    expect(await world.db.due.notify(email, account.historyId())).toMatchObject({ outcome: 'news' });
    await eventually(async () => (await compared(mailboxId)).equal);
    expect(await compared(mailboxId)).toEqual(inStep);
    expect(watches()).toBe(1);
  });

  it('lists at once when the history is lost, and waits before it lists again while none can be applied', async () => {
    const { email, account, inject, compared } = anAccount();
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    const column = async (name: 'generation' | 'lost_histories') =>
      (await world.pool.query(`SELECT ${name} FROM mailboxes WHERE id = $1`, [mailboxId])).rows[0][name];
    account.expireHistory();
    await eventually(async () => (await column('generation')) === 2);
    // A history that can be applied ends the loss.
    await eventually(async () => (await column('lost_histories')) === 0);
    await world.untilLive(mailboxId);
    inject({ match: { method: 'history.list' }, effect: { status: 404, reason: 'notFound' } });
    await eventually(async () => (await world.progress(mailboxId)).lastError === 'GmailHistoryExpiredError');
    expect(await column('generation')).toBe(3);
    expect(await compared(mailboxId)).toEqual(inStep);
  });

  it('lists from the beginning when Gmail no longer takes the page token', async () => {
    const { email, compared } = anAccount();
    const mailboxId = await world.connect(email, async (id) => {
      const lease = await world.takeLease(id);
      await world.db.ledger.beginGeneration(lease, 'full', simulator.account(email).historyId());
      await world.db.ledger.recordPage(lease, { generation: 1, messages: [], nextPageToken: 'stale' });
      await world.db.leases.release(lease, {});
    });
    await world.untilLive(mailboxId);
    expect(await compared(mailboxId)).toEqual(inStep);
  });

  it('stands still within seconds while an operator has paused all mailboxes, and goes on when they are resumed', async () => {
    const { email, account, compared } = anAccount();
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    let anotherId: string;
    await world.db.fleetPause.pause();
    try {
      account.deliver({ raw: Buffer.from('From: a@example.com\r\nSubject: Later\r\n\r\nHello') });
      anotherId = await world.connect(anAccount().email);
      await eventually(async () => (await world.leases()) === 0);
      const { unitsByUser } = simulator.report();
      // Two more sweeps and two polls would have come by.
      const end = performance.now() + 4_500;
      await eventually(() => performance.now() > end);
      expect(simulator.report().unitsByUser).toEqual(unitsByUser);
      expect((await compared(mailboxId)).missing).toHaveLength(1);
    } finally {
      await world.db.fleetPause.resume();
    }
    await eventually(async () => (await compared(mailboxId)).equal);
    await world.untilLive(anotherId);
  });
});

describe('bad days', () => {
  it('a message that cannot be read is failed with its reason after its tries, and costs no other', async () => {
    const { email, ids, inject, compared } = anAccount();
    const poisoned = ids[200]!;
    inject({ match: { messageId: poisoned }, effect: { truncateJson: true } });
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    const threadOf = (id: string) => simulator.truth(email).find(({ gmailId }) => gmailId === id)?.threadId;
    const isAlone = ids.filter((id) => threadOf(id) === threadOf(poisoned)).length < 3;
    const { rows } = await world.pool.query(
      'SELECT gmail_id, state, attempts, reason FROM listed_messages WHERE mailbox_id = $1',
      [mailboxId],
    );
    if (isAlone) {
      expect(rows).toEqual([
        { gmail_id: poisoned, state: 'failed', attempts: 8, reason: 'GmailBadAnswerError' },
      ]);
    }
    expect((await compared(mailboxId)).unaccounted).toEqual([]);
  });

  it('a message for which Gmail always fails is given up as well, when others can be read', async () => {
    const { email, account, inject, compared } = anAccount();
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    const id = account.deliver({ raw: Buffer.from('Subject: hard\r\n\r\n') });
    inject({ match: { messageId: id }, effect: { status: 500 } });
    await eventually(async () => (await world.progress(mailboxId)).failed === 1);
    expect((await compared(mailboxId)).missing).toEqual([id]);
  });

  it('a mailbox in which nothing can be read keeps all its messages pending, and goes on when it can', async () => {
    const { email, inject, compared } = anAccount();
    inject({ match: { method: 'messages.get' }, effect: { status: 400, reason: 'failedPrecondition' } });
    inject({ match: { method: 'threads.get' }, effect: { status: 400, reason: 'failedPrecondition' } });
    const mailboxId = await world.connect(email);
    await eventually(async () => (await world.progress(mailboxId)).lastError !== null);
    const { rows } = await world.pool.query(
      'SELECT DISTINCT state, attempts FROM listed_messages WHERE mailbox_id = $1',
      [mailboxId],
    );
    expect(rows).toEqual([{ state: 'pending', attempts: 0 }]);
    simulator.clearFaults();
    await world.untilLive(mailboxId);
    expect(await compared(mailboxId)).toEqual(inStep);
  });

  it('a message that vanished between the listing and the fetch is gone', async () => {
    const { email, account, ids, compared } = anAccount();
    const mailboxId = await world.connect(email);
    await eventually(async () => (await world.progress(mailboxId)).listed === messages);
    account.delete(ids.at(-3)!);
    await world.untilLive(mailboxId);
    await eventually(async () => (await compared(mailboxId)).equal);
    expect(await compared(mailboxId)).toEqual(inStep);
    expect(await world.progress(mailboxId)).toMatchObject({ stored: messages - 1, gone: 1 });
  });

  it('errors, refusals and broken answers end in the same rows', async () => {
    const { email, inject, compared } = anAccount();
    inject({ match: { rate: 0.06 }, effect: { status: 503 } });
    inject({ match: { rate: 0.04 }, effect: { truncateJson: true } });
    inject({
      match: { rate: 0.01, count: 3 },
      effect: { status: 429, reason: 'rateLimitExceeded', retryAfter: 1 },
    });
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    simulator.clearFaults();
    await eventually(async () => (await compared(mailboxId)).equal);
    expect(await compared(mailboxId)).toEqual(inStep);
  });

  it('a revoked grant stops the mailbox with reauth, and nothing else', async () => {
    const { email, inject, compared } = anAccount();
    const mailboxId = await world.connect(email);
    await eventually(async () => (await world.progress(mailboxId)).stored > 50);
    simulator.inject({ match: { method: 'token' }, effect: { status: 400, reason: 'invalid_grant' } });
    inject({ effect: { status: 401, reason: 'authError' } });
    await eventually(async () => (await world.progress(mailboxId)).state === 'reauth');
    expect((await compared(mailboxId)).unaccounted).toEqual([]);
  });
});
