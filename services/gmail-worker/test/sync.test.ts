import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@finito/testing';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator, MessageSource, SimulatorOptions } from '@finito/gmail-simulator';
import { aWorld, inStep } from './running-worker.ts';

const email = 'robin.ferrer@example.com';
let sample: MessageSource[];
beforeAll(async () => {
  sample = await sampleMailbox({ messages: 1_200 });
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function aSimulator(options: Partial<SimulatorOptions> = {}): Promise<GmailSimulator> {
  const simulator = await startGmailSimulator({
    timeFactor: 240,
    accounts: [{ emailAddress: email, name: 'Robin', messages: sample }],
    ...options,
  });
  opened.push(simulator);
  return simulator;
}

async function worldOf(simulator: GmailSimulator, settings: Record<string, string> = {}) {
  const world = await aWorld(simulator, { GMAIL_QUOTA_TIME_FACTOR: '240', ...settings });
  opened.push(world);
  return world;
}

describe('a sync', () => {
  it('ends live, with every listed message accounted for and no refusal by quota', async () => {
    const simulator = await aSimulator();
    const world = await worldOf(simulator);
    const mailboxId = await world.connect(email);
    await world.startWorker();
    await world.untilLive(mailboxId);
    expect(await world.comparedWithTruth(mailboxId, email)).toEqual(inStep);
    expect(await world.progress(mailboxId)).toMatchObject({
      listed: 1_200,
      stored: 1_200,
      failed: 0,
      gone: 0,
    });
    expect(simulator.report()).toMatchObject({ refusals: {}, fetchedTwice: 0 });
  });

  it('costs at most three quarters of fetching message by message', async () => {
    const simulator = await aSimulator();
    const world = await worldOf(simulator);
    const mailboxId = await world.connect(email);
    await world.startWorker();
    await world.untilLive(mailboxId);
    expect(simulator.report().units).toBeLessThan(0.75 * 1_200 * 20);
  });

  it('applies what changes while it lists and after it', async () => {
    const simulator = await aSimulator();
    const world = await worldOf(simulator);
    const mailboxId = await world.connect(email);
    await world.startWorker();
    const account = simulator.account(email);
    await until(async () => (await world.progress(mailboxId)).stored > 50);
    const ids = simulator.truth(email).map(({ gmailId }) => gmailId);
    account.changeLabels(ids.slice(0, 40), ['STARRED'], ['INBOX']);
    ids.slice(40, 60).forEach((id) => account.delete(id));
    const delivered = account.deliver({
      raw: Buffer.from('From: a@example.com\r\nSubject: New\r\n\r\nHello'),
    });
    await world.untilLive(mailboxId);
    await until(async () => (await world.comparedWithTruth(mailboxId, email)).equal);
    account.changeLabels([delivered], ['STARRED'], ['UNREAD']);
    account.delete(ids[70]!);
    await until(async () => (await world.comparedWithTruth(mailboxId, email)).equal);
    expect(await world.comparedWithTruth(mailboxId, email)).toEqual(inStep);
  });

  it('ends the same when its worker is killed in the middle and started again', async () => {
    const simulator = await aSimulator();
    const world = await worldOf(simulator);
    const mailboxId = await world.connect(email);
    const first = await world.startWorker();
    await until(async () => (await world.progress(mailboxId)).stored > 200);
    await first.process.stop({ signal: 'SIGKILL' });
    expect((await world.progress(mailboxId)).pending).toBeGreaterThan(0);
    await world.startWorker();
    await world.untilLive(mailboxId);
    expect(await world.comparedWithTruth(mailboxId, email)).toEqual(inStep);
  });

  it('fetches nothing twice when a live mailbox is started again', async () => {
    const simulator = await aSimulator();
    const world = await worldOf(simulator);
    const mailboxId = await world.connect(email);
    const first = await world.startWorker();
    await world.untilLive(mailboxId);
    expect(await first.process.stop({ signal: 'SIGTERM' })).toBe(0);
    await world.startWorker();
    const before = simulator.report().calls['history.list'] ?? 0;
    await until(() => (simulator.report().calls['history.list'] ?? 0) > before + 1);
    expect(simulator.report().fetchedTwice).toBe(0);
  });

  it('goes on after Redis has forgotten everything', async () => {
    const simulator = await aSimulator();
    const world = await worldOf(simulator);
    const mailboxId = await world.connect(email);
    await world.startWorker();
    await until(async () => (await world.progress(mailboxId)).stored > 100);
    await world.redis.flush();
    await world.untilLive(mailboxId);
    expect(await world.comparedWithTruth(mailboxId, email)).toEqual(inStep);
  });

  it('finds additions, deletions and label changes after the history was lost, and downloads no body again', async () => {
    const simulator = await aSimulator();
    const world = await worldOf(simulator, { SYNC_POLL_SECONDS: '2' });
    const mailboxId = await world.connect(email);
    const first = await world.startWorker();
    await world.untilLive(mailboxId);
    await first.process.stop({ signal: 'SIGTERM' });
    const account = simulator.account(email);
    const ids = simulator.truth(email).map(({ gmailId }) => gmailId);
    account.changeLabels(ids.slice(0, 100), ['STARRED'], ['UNREAD']);
    ids.slice(100, 130).forEach((id) => account.delete(id));
    account.deliver({ raw: Buffer.from('From: a@example.com\r\nSubject: New\r\n\r\nHello') });
    account.expireHistory();
    await world.startWorker();
    await until(async () => (await world.comparedWithTruth(mailboxId, email)).equal, { timeoutMs: 20_000 });
    await world.untilLive(mailboxId);
    expect(await world.comparedWithTruth(mailboxId, email)).toEqual(inStep);
    expect(simulator.report().fetchedTwice).toBe(0);
  });
});

describe('bad days', () => {
  it('a message that cannot be read is failed with its reason after three tries, and costs no other', async () => {
    const simulator = await aSimulator();
    const poisoned = simulator.truth(email)[500]!.gmailId;
    simulator.inject({ match: { messageId: poisoned }, effect: { truncateJson: true } });
    const world = await worldOf(simulator);
    const mailboxId = await world.connect(email);
    await world.startWorker();
    await world.untilLive(mailboxId);
    const { rows } = await world.pool.query('SELECT gmail_id, state, attempts, reason FROM listed_messages');
    const thread = simulator.truth(email).find(({ gmailId }) => gmailId === poisoned)!.threadId;
    const isAlone = simulator.truth(email).filter(({ threadId }) => threadId === thread).length < 3;
    if (isAlone)
      expect(rows).toEqual([
        { gmail_id: poisoned, state: 'failed', attempts: 3, reason: 'GmailBadAnswerError' },
      ]);
    expect((await world.comparedWithTruth(mailboxId, email)).unaccounted).toEqual([]);
  });

  it('a message that vanished between the listing and the fetch is gone', async () => {
    const simulator = await aSimulator();
    const victim = simulator.truth(email)[3]!.gmailId;
    const world = await worldOf(simulator);
    const mailboxId = await world.connect(email);
    await world.startWorker();
    await until(async () => (await world.progress(mailboxId)).listed === 1_200);
    simulator.account(email).delete(victim);
    await world.untilLive(mailboxId);
    expect(await world.comparedWithTruth(mailboxId, email)).toEqual(inStep);
    expect(await world.progress(mailboxId)).toMatchObject({ stored: 1_199, gone: 1 });
  });

  it('5 % errors, refusals and broken answers end in the same rows', async () => {
    const simulator = await aSimulator();
    simulator.inject({ match: { rate: 0.03 }, effect: { status: 503 } });
    simulator.inject({ match: { rate: 0.02 }, effect: { truncateJson: true } });
    simulator.inject({
      match: { rate: 0.01, count: 3 },
      effect: { status: 429, reason: 'rateLimitExceeded', retryAfter: 1 },
    });
    const world = await worldOf(simulator);
    const mailboxId = await world.connect(email);
    await world.startWorker();
    await world.untilLive(mailboxId, 60_000);
    const end = await world.comparedWithTruth(mailboxId, email);
    expect(end.unaccounted).toEqual([]);
    expect(end.extra).toEqual([]);
  }, 90_000);

  it('a revoked grant stops the mailbox with reauth, and nothing else', async () => {
    const simulator = await aSimulator();
    const world = await worldOf(simulator);
    const mailboxId = await world.connect(email);
    await world.startWorker();
    await until(async () => (await world.progress(mailboxId)).stored > 50);
    simulator.inject({ match: { method: 'token' }, effect: { status: 400, reason: 'invalid_grant' } });
    simulator.inject({ effect: { status: 401, reason: 'authError' } });
    await until(async () => (await world.progress(mailboxId)).state === 'reauth');
    expect((await world.comparedWithTruth(mailboxId, email)).unaccounted).toEqual([]);
  });
});
