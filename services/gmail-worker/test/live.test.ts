// New mail without a public address and without polling: Gmail tells Pub/Sub, a worker pulls, the row is there.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { serviceAccountKey, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { aWorld, eventually } from './running-worker.ts';
import type { World } from './running-worker.ts';

jest.setTimeout(120_000);

const email = 'robin@example.com';
const topic = 'projects/p/topics/gmail';
const subscription = 'projects/p/subscriptions/s';
let simulator: GmailSimulator;
let world: World;
let folder: string;

beforeAll(async () => {
  simulator = await startGmailSimulator({
    timeFactor: 240,
    accounts: [{ emailAddress: email, name: 'Robin', messages: [] }],
  });
  await fetch(`${simulator.url}/v1/${subscription}`, {
    method: 'PUT',
    headers: { authorization: 'Bearer anybody', 'content-type': 'application/json' },
    body: JSON.stringify({ topic, ackDeadlineSeconds: 10 }),
  });
  folder = await mkdtemp(join(tmpdir(), 'finito-key-'));
  await writeFile(join(folder, 'key.json'), serviceAccountKey());
  world = await aWorld(simulator, {
    GMAIL_QUOTA_TIME_FACTOR: '240',
    GMAIL_PUBSUB_TOPIC: topic,
    GMAIL_PUBSUB_SUBSCRIPTION: subscription,
    GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'key.json'),
    // Long after the end of this test: what comes has been told.
    SYNC_POLL_SECONDS: '3600',
  });
}, 120_000);
afterAll(async () => {
  await world?.close();
  await simulator?.close();
  await rm(folder, { recursive: true });
});

/** Nobody has looked for longer than the second in which Gmail tells of nothing more. */
async function untilSilenceIsOver() {
  let looks = -1;
  const isQuiet = () => {
    const before = looks;
    looks = simulator.report().calls['history.list'] ?? 0;
    return looks === before;
  };
  await eventually(isQuiet, { everyMs: 2_500 });
}

it('new mail is a row as soon as Gmail tells of it, and how long that took is measured', async () => {
  const { adminUrl } = await world.startWorker();
  const mailboxId = await world.connect(email);
  const metrics = async () => (await fetch(`${adminUrl}/metrics`)).text();
  // A watch that begins is told at once.
  await eventually(async () =>
    /notifications_total\{via="pull",outcome="(news|known)"/.test(await metrics()),
  );
  await eventually(async () => (await world.progress(mailboxId)).state === 'live');
  await untilSilenceIsOver();
  simulator.account(email).deliver({ raw: Buffer.from('Subject: New\r\n\r\nHello') });
  await eventually(async () => (await world.progress(mailboxId)).stored > 0);
  expect(await world.db.due.unaccounted()).toEqual([]);
  const counted = /finito_sync_new_message_delay_seconds_count (\d+)/.exec(await metrics());
  expect(Number(counted?.[1])).toBeGreaterThan(0);
  expect(await metrics()).toMatch(/finito_gmail_notifications_total\{via="pull",outcome="news"\} [1-9]/);
});

it('new mail is a row though Gmail says nothing of it, having told of other mail within the same second', async () => {
  const account = simulator.account(email);
  const [{ id }] = (await world.pool.query('SELECT id FROM mailboxes WHERE email_address = $1', [email]))
    .rows;
  const isStored = async (gmailId: string) =>
    (await world.pool.query('SELECT 1 FROM emails WHERE mailbox_id = $1 AND gmail_id = $2', [id, gmailId]))
      .rowCount === 1;
  await untilSilenceIsOver();
  const [first, second] = ['one', 'two'].map((text) => ({
    raw: Buffer.from(`Subject: ${text}\r\n\r\nHello`),
  }));
  const one = account.deliver(first!);
  await eventually(() => isStored(one));
  const two = account.deliver(second!);
  await eventually(() => isStored(two));
  expect((await world.progress(id)).pending).toBe(0);
});
