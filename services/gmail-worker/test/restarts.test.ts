// Workers that end and begin again, and a Redis that forgets.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { aWorld, eventually, inStep } from './running-worker.ts';
import type { World } from './running-worker.ts';

jest.setTimeout(120_000);

const messages = 600;
const emails = ['killed', 'stopped', 'flushed'].map((name) => `${name}@example.com`);
let simulator: GmailSimulator;
let world: World;

beforeAll(async () => {
  const sample = await sampleMailbox({ messages });
  // Slow enough that a sync lasts a few seconds: something must be in hand when it is interrupted.
  simulator = await startGmailSimulator({
    timeFactor: 60,
    accounts: emails.map((emailAddress) => ({ emailAddress, name: 'Robin', messages: sample })),
  });
  world = await aWorld(simulator, { GMAIL_QUOTA_TIME_FACTOR: '60' });
}, 120_000);
afterEach(() => world.stopWorkers('SIGKILL'));
afterAll(async () => {
  await world.close();
  await simulator.close();
});

const storedMoreThan = (mailboxId: string, count: number) =>
  eventually(async () => (await world.progress(mailboxId)).stored > count);

/** What the mailbox says its worker had asked for and not stored. */
async function inHandOf(mailboxId: string): Promise<string[]> {
  const { rows } = await world.pool.query('SELECT in_hand FROM mailboxes WHERE id = $1', [mailboxId]);
  return rows[0].in_hand;
}

describe('a worker', () => {
  it('that is killed in the middle loses nothing and stores nothing twice', async () => {
    const mailboxId = await world.connect(emails[0]!);
    await world.startWorker();
    await storedMoreThan(mailboxId, 150);
    await world.stopWorkers('SIGKILL');
    const { pending, stored } = await world.progress(mailboxId);
    expect(pending).toBeGreaterThan(0);
    const inHand = await inHandOf(mailboxId);
    await world.startWorker();
    const startedAt = performance.now();
    await storedMoreThan(mailboxId, stored);
    // Its lease and its jobs end after 5 s; grants of quota would hold its permits for 30.
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await world.untilLive(mailboxId);
    expect(await world.comparedWithTruth(mailboxId, emails[0]!)).toEqual(inStep);
    // At most what was in hand is asked for a second time.
    expect(simulator.report().fetchedTwice).toBeLessThanOrEqual(inHand.length);
  });

  it('that is stopped in the middle ends with 0, hands back its work, and the next one goes on at once', async () => {
    const mailboxId = await world.connect(emails[1]!);
    await world.startWorker();
    await storedMoreThan(mailboxId, 150);
    const twice = simulator.report().fetchedTwice;
    expect(await world.stopWorkers('SIGTERM')).toEqual([0]);
    // A free lease is what lets the next one go on; and nothing is suspect, for nobody died.
    const { rows } = await world.pool.query(
      `SELECT lease_owner, (SELECT max(crashes) FROM listed_messages l WHERE l.mailbox_id = m.id) AS crashes
       FROM mailboxes m WHERE id = $1`,
      [mailboxId],
    );
    expect(rows).toEqual([{ lease_owner: null, crashes: 0 }]);
    expect(await inHandOf(mailboxId)).toEqual([]);
    expect((await world.progress(mailboxId)).stored).toBeLessThan(messages);
    await world.startWorker();
    await world.untilLive(mailboxId);
    expect(await world.stopWorkers('SIGTERM')).toEqual([0]);
    await world.startWorker();
    const asked = simulator.report().calls['history.list'] ?? 0;
    await eventually(() => (simulator.report().calls['history.list'] ?? 0) > asked + 1);
    expect(await world.comparedWithTruth(mailboxId, emails[1]!)).toEqual(inStep);
    expect(simulator.report().fetchedTwice).toBe(twice);
  });

  it('goes on after Redis has forgotten everything', async () => {
    const mailboxId = await world.connect(emails[2]!);
    await world.startWorker();
    await storedMoreThan(mailboxId, 100);
    await world.redis.flush();
    await world.untilLive(mailboxId);
    expect(await world.comparedWithTruth(mailboxId, emails[2]!)).toEqual(inStep);
    expect(simulator.report().refusals).toEqual({});
  });
});
