// A worker that keeps a part of each mailbox only.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { aWorld, eventually } from './running-worker.ts';
import type { World } from './running-worker.ts';

jest.setTimeout(120_000);

const email = 'robin@example.com';
const dayMs = 24 * 3_600_000;
let simulator: GmailSimulator;
let world: World;

beforeAll(async () => {
  simulator = await startGmailSimulator({
    timeFactor: 240,
    accounts: [{ emailAddress: email, name: 'Robin', messages: [] }],
  });
  world = await aWorld(simulator, { GMAIL_QUOTA_TIME_FACTOR: '240' });
}, 120_000);
afterAll(async () => {
  await world?.close();
  await simulator?.close();
});

const deliver = (subject: string, { labelIds = ['INBOX'], days = 0 } = {}) =>
  simulator.account(email).deliver({
    raw: Buffer.from(`Subject: ${subject}\r\n\r\n`),
    labelIds,
    internalDate: Date.now() - days * dayMs,
  });

describe('a mailbox of which a part is kept', () => {
  it('takes in what comes into the horizon and lets go what leaves it, and follows when the horizon moves', async () => {
    const account = simulator.account(email);
    const inbox = deliver('inbox');
    const archived = deliver('archived', { labelIds: ['STARRED'] });
    const old = deliver('old', { days: 40 });
    deliver('spam', { labelIds: ['SPAM'] });
    await world.startWorker({
      SYNC_INCLUDE_SPAM_TRASH: 'off',
      SYNC_LABELS: 'inbox',
      SYNC_HORIZON_DAYS: '30',
    });
    const mailboxId = await world.connect(email);
    await world.untilLive(mailboxId);
    const kept = async () => {
      const { rows } = await world.pool.query<{ id: string }>(
        'SELECT gmail_id AS id FROM emails WHERE mailbox_id = $1 AND deleted_at IS NULL',
        [mailboxId],
      );
      return new Set(rows.map(({ id }) => id));
    };
    const keeps = (...ids: string[]) =>
      eventually(
        async () => {
          const now = await kept();
          return now.size === ids.length && ids.every((id) => now.has(id));
        },
        { timeoutMs: 20_000, message: `${ids.length} messages to be kept` },
      );
    await keeps(inbox);

    deliver('more spam', { labelIds: ['SPAM'] });
    account.changeLabels([archived], ['INBOX'], []);
    account.changeLabels([inbox], ['TRASH'], ['INBOX']);
    const fresh = deliver('fresh');
    await keeps(archived, fresh);
    account.changeLabels([inbox], ['INBOX'], ['TRASH']);
    account.changeLabels([fresh], [], ['INBOX']);
    await keeps(archived, inbox);

    await world.stopWorkers('SIGTERM');
    const fetched = simulator.report().fetchedTwice;
    await world.startWorker({ SYNC_INCLUDE_SPAM_TRASH: 'off' });
    await keeps(archived, inbox, fresh, old);
    expect(await world.db.due.unaccounted()).toEqual([]);
    // Only what had left the horizon was fetched a second time.
    expect(simulator.report().fetchedTwice - fetched).toBeLessThanOrEqual(1);
  });
});
