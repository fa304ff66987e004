// Two workers on each mailbox, their clocks ten minutes apart, and a Gmail that answers what it should not.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { startAlteredGmail } from './altered-gmail.ts';
import { aWorld, eventually, inStep } from './running-worker.ts';
import type { World } from './running-worker.ts';

jest.setTimeout(120_000);

const messages = 120;
const emails = ['clocks', 'fields', 'pages'].map((name) => `${name}@example.com`);
let simulator: GmailSimulator;
let gmail: Awaited<ReturnType<typeof startAlteredGmail>>;
let world: World;

/** A process whose clock is wrong. */
const clockOff = (minutes: number) => {
  const shifted = `const Real=Date,off=${minutes * 60_000};globalThis.Date=class extends Real{constructor(...a){a.length?super(...a):super(Real.now()+off)}static now(){return Real.now()+off}}`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shifted)}` };
};

beforeAll(async () => {
  const sample = await sampleMailbox({ messages });
  simulator = await startGmailSimulator({
    timeFactor: 240,
    accounts: emails.map((emailAddress) => ({ emailAddress, name: 'Robin', messages: sample })),
  });
  gmail = await startAlteredGmail(simulator.url);
  world = await aWorld(simulator, {
    GMAIL_QUOTA_TIME_FACTOR: '240',
    GMAIL_API_URL: gmail.url,
    GMAIL_BATCH: 'off',
  });
  await Promise.all([world.startWorker(clockOff(5)), world.startWorker(clockOff(-5))]);
}, 120_000);
afterEach(() => gmail.alter(() => undefined));
afterAll(async () => {
  await world?.close();
  await gmail?.close();
  await simulator?.close();
});

const idsOf = (email: string) =>
  simulator
    .truth(email)
    .toSorted((left, right) => right.internalDate - left.internalDate)
    .map(({ gmailId }) => gmailId);

describe('a mailbox', () => {
  it('that two workers with wrong clocks share ends as Gmail has it, asked for once and with no refusal', async () => {
    const [email = ''] = emails;
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    const account = simulator.account(email);
    account.changeLabels(idsOf(email).slice(0, 20), ['STARRED'], ['INBOX']);
    account.deliver({ raw: Buffer.from('Subject: New\r\n\r\nHello') });
    account.delete(idsOf(email)[30]!);
    await eventually(async () => (await world.comparedWithTruth(mailboxId, email)).equal);
    expect(await world.comparedWithTruth(mailboxId, email)).toEqual(inStep);
    expect(simulator.report()).toMatchObject({ refusals: {}, fetchedTwice: 0 });
  });

  it('keeps what Gmail tells of labels nobody knows, and gives up what it tells without a date or cannot be read', async () => {
    const email = emails[1]!;
    const [dateless = '', unknown = '', nonsense = ''] = idsOf(email).slice(60);
    const alterOne = (message: Record<string, unknown>) => {
      if (message.id === dateless) return { ...message, internalDate: undefined };
      if (message.id === unknown) return { ...message, labelIds: ['Label_nobody_knows', 'INBOX'] };
      if (message.id === nonsense)
        return { ...message, payload: { mimeType: 5, headers: { a: 1 }, parts: {} } };
      return message;
    };
    gmail.alter((path, answer) => {
      if (/\/messages\/\w+$/.test(path)) return alterOne(answer);
      if (!/\/threads\/\w+$/.test(path)) return undefined;
      return { ...answer, messages: (answer.messages as Record<string, unknown>[]).map(alterOne) };
    });
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    const { rows: failed } = await world.pool.query<{ id: string; state: string; reason: string }>(
      `SELECT gmail_id AS id, state, reason FROM listed_messages WHERE mailbox_id = $1 AND state = 'failed'`,
      [mailboxId],
    );
    expect(failed).toContainEqual({ id: dateless, state: 'failed', reason: 'GmailBadAnswerError' });
    // What is unreadable is stored with its flaws or given up: never dropped, and never in the way of others.
    expect(failed.map(({ id }) => id).filter((id) => id !== nonsense)).toEqual([dateless]);
    const { rows: kept } = await world.pool.query<{ labels: string[] }>(
      'SELECT label_ids AS labels FROM emails WHERE mailbox_id = $1 AND gmail_id = $2',
      [mailboxId, unknown],
    );
    expect(kept).toEqual([{ labels: ['Label_nobody_knows', 'INBOX'] }]);
    const counts = await world.progress(mailboxId);
    expect(counts.listed).toBe(messages);
    expect(counts.stored + counts.failed).toBe(messages);
    expect(await world.db.due.unaccounted(mailboxId)).toEqual([]);
  });

  it('whose lists and history come in another shape waits, says why, and loses nothing', async () => {
    const email = emails[2]!;
    const alterLists = (broken: boolean) =>
      gmail.alter((path, answer) => {
        if (!broken) return undefined;
        if (path.endsWith('/messages')) return { ...answer, messages: [{ id: 5 }, 'nonsense'] };
        return path.endsWith('/history') ? { history: 'nonsense', historyId: [] } : undefined;
      });
    const says = (error: string | null) =>
      eventually(async () => (await world.progress(mailboxId)).lastError === error);
    alterLists(true);
    const mailboxId = await world.connect(email);
    await says('GmailBadAnswerError');
    expect(await world.progress(mailboxId)).toMatchObject({ listed: 0, waitReason: 'breaker' });
    alterLists(false);
    await world.untilLive(mailboxId);
    alterLists(true);
    simulator.account(email).deliver({ raw: Buffer.from('Subject: New\r\n\r\nHello') });
    await says('GmailBadAnswerError');
    alterLists(false);
    await eventually(async () => (await world.comparedWithTruth(mailboxId, email)).equal);
    expect(await world.comparedWithTruth(mailboxId, email)).toEqual(inStep);
  });
});
