// What readers change reaches Gmail: one worker, one simulator, and for each test an account of its own.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { aWorld, eventually, inStep } from './running-worker.ts';
import type { World } from './running-worker.ts';

jest.setTimeout(120_000);

const messages = 60;
let simulator: GmailSimulator;
let world: World;

beforeAll(async () => {
  const sample = await sampleMailbox({ messages });
  simulator = await startGmailSimulator({
    timeFactor: 240,
    accounts: Array.from({ length: 6 }, (_, n) => ({
      emailAddress: `ann${n}@example.com`,
      name: 'Ann',
      messages: sample,
    })),
  });
  world = await aWorld(simulator, { GMAIL_QUOTA_TIME_FACTOR: '240' });
  await world.startWorker();
}, 120_000);
afterEach(() => simulator.clearFaults());
afterAll(async () => {
  await world.close();
  await simulator.close();
});

let accounts = 0;
/** A mailbox in step with an account of its own. */
async function aLiveMailbox() {
  const email = `ann${accounts++}@example.com`;
  const mailboxId = await world.connect(email);
  await world.untilLive(mailboxId);
  const { rows } = await world.pool.query('SELECT user_id FROM mailboxes WHERE id = $1', [mailboxId]);
  const ids = simulator.truth(email).map(({ gmailId }) => gmailId);
  const labelsAtGmail = (id: string) =>
    simulator.truth(email).find(({ gmailId }) => gmailId === id)?.labelIds ?? [];
  return {
    ...{ email, mailboxId, ids, labelsAtGmail },
    userId: rows[0].user_id as string,
    keysOf: (some: string[]) => some.map((gmailId) => ({ mailboxId, gmailId })),
    compared: () => world.comparedWithTruth(mailboxId, email),
    entries: async () =>
      (
        await world.pool.query(
          'SELECT state, reason, attempts FROM outbox WHERE mailbox_id = $1 ORDER BY id',
          [mailboxId],
        )
      ).rows,
    allTold: () =>
      eventually(
        async () =>
          (
            await world.pool.query(`SELECT 1 FROM outbox WHERE mailbox_id = $1 AND state = 'pending'`, [
              mailboxId,
            ])
          ).rowCount === 0,
      ),
  };
}

describe('a change of labels', () => {
  it('reaches Gmail without being enqueued, alike ones in one batch, and ends in the same rows', async () => {
    const { userId, ids, keysOf, labelsAtGmail, allTold, compared } = await aLiveMailbox();
    await world.db.outbox.changeLabels(userId, keysOf(ids.slice(0, 30)), { add: ['STARRED'], remove: [] });
    await world.db.outbox.trash(userId, keysOf(ids.slice(40, 42)));
    await allTold();
    expect(simulator.report().calls).toMatchObject({ 'messages.batchModify': 1, 'messages.modify': 2 });
    expect(labelsAtGmail(ids[29]!)).toContain('STARRED');
    expect(labelsAtGmail(ids[40]!)).toContain('TRASH');
    expect(labelsAtGmail(ids[40]!)).not.toContain('INBOX');
    await eventually(async () => (await compared()).equal);
    expect(await compared()).toEqual(inStep);
  });

  it('of a message that Gmail no longer has leaves it gone, and the others changed', async () => {
    const { email, userId, ids, keysOf, labelsAtGmail, allTold, compared, entries } = await aLiveMailbox();
    await world.db.outbox.changeLabels(userId, keysOf(ids.slice(0, 2)), { add: ['STARRED'], remove: [] });
    simulator.account(email).delete(ids[0]!);
    await allTold();
    expect(labelsAtGmail(ids[1]!)).toContain('STARRED');
    expect(await entries()).toEqual([{ state: 'done', reason: null, attempts: 0 }]);
    await eventually(async () => (await compared()).equal);
    expect(await compared()).toEqual(inStep);
  });

  it('that Gmail refuses is undone: its word wins', async () => {
    const { email, userId, ids, keysOf, allTold, compared, entries } = await aLiveMailbox();
    const match = { user: email, method: 'messages.modify' };
    simulator.inject({ match, effect: { status: 400, reason: 'invalidArgument' } });
    await world.db.outbox.changeLabels(userId, keysOf([ids[0]!]), { add: ['Label_none'], remove: ['INBOX'] });
    expect((await compared()).equal).toBe(false);
    await allTold();
    expect(await entries()).toMatchObject([{ state: 'failed', reason: 'refused' }]);
    expect(await compared()).toEqual(inStep);
  });

  it('waits for an outage to end', async () => {
    const { email, userId, ids, keysOf, labelsAtGmail, allTold } = await aLiveMailbox();
    simulator.inject({
      match: { user: email, method: 'messages.modify', count: 2 },
      effect: { status: 503 },
    });
    await world.db.outbox.changeLabels(userId, keysOf([ids[0]!]), { add: ['STARRED'], remove: [] });
    await allTold();
    expect(labelsAtGmail(ids[0]!)).toContain('STARRED');
  });
});

describe('a message', () => {
  const aMail = (messageId: string) => ({
    raw: Buffer.from(`Message-ID: ${messageId}\r\nSubject: Hi\r\n\r\nHello`).toString('base64url'),
    messageId,
  });

  it('is sent once, and is soon in the mailbox', async () => {
    const { email, userId, mailboxId, ids, allTold, compared } = await aLiveMailbox();
    const request = { ...aMail('<one@example.com>'), idempotencyKey: 'k1' };
    await world.db.outbox.send(userId, mailboxId, request);
    await world.db.outbox.send(userId, mailboxId, request);
    await allTold();
    const sent = await world.db.outbox.send(userId, mailboxId, request);
    expect(sent).toMatchObject({ state: 'done', isNew: false });
    await eventually(async () => (await compared()).equal);
    const truth = simulator.truth(email);
    expect(truth).toHaveLength(ids.length + 1);
    expect(truth.at(-1)).toMatchObject({ gmailId: sent.gmailId, labelIds: ['SENT'] });
  });

  it('whose sending ended unknown is looked up and not sent a second time', async () => {
    const { email, userId, mailboxId, ids, allTold, entries } = await aLiveMailbox();
    simulator.inject({
      match: { user: email, method: 'messages.send', count: 1 },
      effect: { resetMidBody: true },
    });
    await world.db.outbox.send(userId, mailboxId, { ...aMail('<two@example.com>'), idempotencyKey: 'k1' });
    await eventually(async () => (await entries())[0]?.attempts === 1);
    await world.pool.query('UPDATE outbox SET due_at = now() WHERE mailbox_id = $1', [mailboxId]);
    await allTold();
    expect(await entries()).toMatchObject([{ state: 'done', attempts: 1 }]);
    expect(simulator.truth(email)).toHaveLength(ids.length + 1);
  });
});
