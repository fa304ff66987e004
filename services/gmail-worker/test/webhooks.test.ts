// What is told to webhooks: written with the rows it is about, sent signed, again until it is taken.
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createRegistry, listenHttp } from '@finito/service-kit';
import { createDeliverWebhooks } from '../src/deliver-webhooks.ts';
import { workerMetrics } from '../src/metrics.ts';
import { createWebhookSender } from '../src/webhook-sender.ts';
import { aDatabase } from './a-database.ts';

const message = {
  ...{ threadId: 'a1', historyId: '100', receivedAt: new Date(), subject: 'Planted subject', from: null },
  ...{ recipients: { to: [], cc: [], bcc: [], replyTo: [] }, messageId: null, labelIds: ['INBOX'] },
  ...{ size: 1, snippet: 'Planted snippet', hasAttachments: false, content: null },
};
const allEvents = ['message-stored', 'message-changed', 'message-gone', 'mailbox-state'];
const dayMs = 24 * 3_600_000;

let world: Awaited<ReturnType<typeof aDatabase>>;
let received: { headers: IncomingHttpHeaders; body: string }[] = [];
let answer: (body: string) => number = () => 204;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece: Buffer) => (body += piece.toString()));
  request.on('end', () => {
    received.push({ headers: request.headers, body });
    response.writeHead(answer(body), { location: 'http://127.0.0.1:9/elsewhere' }).end('thanks');
  });
});
let url = '';

beforeAll(async () => {
  world = await aDatabase();
  url = `http://127.0.0.1:${await listenHttp(server, { port: 0, host: '127.0.0.1', setting: 'PORT' })}/hook`;
});
beforeEach(() => {
  received = [];
  answer = () => 204;
});
afterEach(() => world.pool.query('DELETE FROM webhooks'));
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await world.close();
});

const aHook = (changes: { url?: string; events?: string[]; userId?: string } = {}) =>
  world.db.webhooks.create({ url, events: allEvents, userId: null, ...changes });

async function aMailbox() {
  const mailboxId = await world.connect();
  const lease = await world.takeLease(mailboxId);
  const generation = await world.db.ledger.beginGeneration(lease, 'full', '100');
  const store = (gmailId: string) => world.db.messages.store(lease, generation, [{ ...message, gmailId }]);
  return { mailboxId, lease, generation, store };
}

/** One run of the job, as a worker makes it. */
async function deliver(webhookId: string, { allowPrivate = true } = {}) {
  const webhooks = createWebhookSender({ allowPrivate });
  const metrics = workerMetrics(createRegistry({ service: 'gmail-worker', version: 'test' }));
  const run = createDeliverWebhooks({ db: world.db, webhooks, metrics });
  await run({ webhookId }, { signal: new AbortController().signal, attempt: 0, jobId: '1' });
  webhooks.close();
}

const log = (webhookId: string) => world.db.webhooks.deliveries(webhookId, { limit: 100 });
const hook = async (webhookId: string) => (await world.db.webhooks.find(webhookId))!;
const waitIsOver = () =>
  world.pool.query(
    'WITH hooks AS (UPDATE webhooks SET retry_at = NULL) UPDATE webhook_deliveries SET due_at = now()',
  );
const told = () => received.map(({ body }) => JSON.parse(body) as { type: string; data: { ids?: string[] } });

describe('what a webhook is told', () => {
  it('is what is committed of messages and mailboxes, in its order, by ids alone', async () => {
    const { id } = await aHook();
    const { mailboxId, lease, generation, store } = await aMailbox();
    await store('a1');
    await store('a1');
    const starred = { gmailId: 'a1', historyId: '101', added: ['STARRED'], removed: [] };
    await world.db.history.apply(lease, generation, [{ kind: 'labels', ...starred }], '101');
    await world.db.history.apply(
      lease,
      generation,
      [{ kind: 'deleted', historyId: '102', gmailId: 'a1' }],
      '102',
    );
    await world.db.due.markReauth(mailboxId);
    await deliver(id);
    const events = told();
    expect(events.map(({ type }) => type).sort()).toEqual(
      ['mailbox-state', 'message-stored', 'message-changed', 'message-gone', 'mailbox-state'].sort(),
    );
    const messageId = `msg_${mailboxId.slice(3)}_a1`;
    for (const { type, data } of events) {
      if (type !== 'mailbox-state') expect(data).toEqual({ mailboxId, ids: [messageId] });
    }
    expect(events).toContainEqual(
      expect.objectContaining({ data: { mailboxId, state: 'reauth', paused: false } }),
    );
    expect(JSON.stringify(received)).not.toContain('Planted');
  });

  it('is nothing that was rolled back, of another user, or of a type it did not ask for', async () => {
    const { mailboxId, lease, generation, store } = await aMailbox();
    const other = await aMailbox();
    const { userId } = lease;
    const { id } = await aHook({ userId, events: ['message-stored'] });
    await other.store('b1');
    const refused = { ...message, gmailId: 'b2', subject: 'a\0b' };
    await expect(
      world.db.messages.store(lease, generation, [{ ...message, gmailId: 'b3' }, refused]),
    ).rejects.toThrow();
    await world.db.due.markReauth(mailboxId);
    expect(await log(id)).toEqual([]);
    await store('b4');
    expect(await log(id)).toHaveLength(1);
  });
});

describe('a delivery', () => {
  it('is signed as Standard Webhooks has it', async () => {
    const { id, secret } = await aHook();
    await world.db.webhooks.ping(id);
    await deliver(id);
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    const at = Number(headers['webhook-timestamp']);
    expect(Math.abs(Date.now() / 1_000 - at)).toBeLessThan(60);
    const signature = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`${String(headers['webhook-id'])}.${at}.${body}`)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    expect(JSON.parse(body)).toMatchObject({ type: 'ping', data: {}, timestamp: expect.any(String) });
    expect((await log(id))[0]).toMatchObject({ state: 'delivered', lastStatus: 204, attempts: 1 });
  });

  it('that is not taken is sent again later, as the same event, and holds the others up meanwhile', async () => {
    const { id } = await aHook();
    await world.db.webhooks.ping(id);
    for (const status of [500, 302, 429]) {
      answer = () => status;
      await deliver(id);
      expect((await log(id))[0]).toMatchObject({ state: 'pending', lastStatus: status, lastError: 'status' });
      await world.db.webhooks.ping(id);
      const before = received.length;
      await deliver(id);
      expect(received).toHaveLength(before);
      await world.pool.query(`DELETE FROM webhook_deliveries WHERE attempts = 0`);
      await waitIsOver();
    }
    expect(await hook(id)).toMatchObject({ lastError: 'status', failingSince: expect.any(Date) });
    answer = () => 200;
    await deliver(id);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(received).toHaveLength(4);
    expect(await hook(id)).toMatchObject({ failingSince: null, pending: 0 });
  });

  it('with the first success after an outage makes all that waits due', async () => {
    const { id } = await aHook();
    answer = () => 503;
    for (let i = 0; i < 12; i++) await world.db.webhooks.ping(id);
    await deliver(id);
    expect(received).toHaveLength(5);
    await world.pool.query('UPDATE webhooks SET retry_at = NULL');
    answer = () => 200;
    await deliver(id);
    expect((await log(id)).map(({ state }) => state)).toEqual(Array.from({ length: 12 }, () => 'delivered'));
  });

  it('that is refused alone does not hold the others up, and is given up after a day', async () => {
    const { id } = await aHook();
    const { store, mailboxId } = await aMailbox();
    await store('c1');
    await store('c2');
    answer = (body) => (body.includes('_c1') ? 500 : 200);
    await deliver(id);
    const poisoned = async () => (await log(id)).find(({ state }) => state !== 'delivered');
    expect(await poisoned()).toMatchObject({ type: 'message-stored', state: 'pending' });
    expect((await hook(id)).failingSince).toBeNull();
    await world.pool.query(
      `UPDATE webhook_deliveries SET created_at = now() - interval '1 day', due_at = now()`,
    );
    await deliver(id);
    expect(await poisoned()).toMatchObject({ state: 'failed', attempts: 2, doneAt: expect.any(Date) });
    expect(mailboxId).toBeDefined();
  });

  it('whose process dies half-way comes again under its event id', async () => {
    const { id } = await aHook();
    await world.db.webhooks.ping(id);
    const first = await world.db.webhookWork.claim(id, 5, 30_000);
    expect(await world.db.webhookWork.claim(id, 5, 30_000)).toBeUndefined();
    await waitIsOver();
    await deliver(id);
    expect(received[0]?.headers['webhook-id']).toBe(first?.deliveries[0]?.eventId);
  });

  it('is made once, however many jobs run for it', async () => {
    const { id } = await aHook();
    for (let i = 0; i < 20; i++) await world.db.webhooks.ping(id);
    await Promise.all([deliver(id), deliver(id), deliver(id)]);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
    expect(received).toHaveLength(20);
  });
});

describe('a webhook', () => {
  it('is disabled by 410, and by three days of failure', async () => {
    const unwanted = await aHook();
    await world.db.webhooks.ping(unwanted.id);
    answer = () => 410;
    await deliver(unwanted.id);
    expect((await hook(unwanted.id)).disabledAt).toBeInstanceOf(Date);

    const dead = await aHook();
    await world.db.webhooks.ping(dead.id);
    answer = () => 500;
    await deliver(dead.id);
    await waitIsOver();
    await world.pool.query('UPDATE webhooks SET failing_since = $2 WHERE id = $1', [
      dead.id,
      new Date(Date.now() - 3.1 * dayMs),
    ]);
    await deliver(dead.id);
    expect((await hook(dead.id)).disabledAt).toBeInstanceOf(Date);
    await aMailbox();
    expect((await hook(dead.id)).pending).toBe(1);
  });

  it.each([
    'http://127.0.0.1:9/',
    'https://127.0.0.1:9/',
    'https://[::1]:9/',
    'https://localhost:9/',
    'https://2130706433/',
  ])('at %s is not spoken to unless private addresses are allowed', async (address) => {
    const { id } = await aHook({ url: address });
    await world.db.webhooks.ping(id);
    await deliver(id, { allowPrivate: false });
    expect((await log(id))[0]).toMatchObject({
      state: 'pending',
      lastStatus: null,
      lastError: 'address-refused',
    });
  });
});
