// Notifications pulled from the simulator's Pub/Sub, with a service account's key file, into a real database.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProducer } from '@finito/jobs';
import { createLog, createRedis, createRegistry, notificationMetrics } from '@finito/service-kit';
import { testRedis, until } from '@finito/testing';
import { serviceAccountKey, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { createPubsubSubscription } from '../src/pubsub-subscription.ts';
import { startPullingNotifications } from '../src/pull-notifications.ts';
import { createServiceAccount } from '../src/service-account.ts';
import { aDatabase } from './a-database.ts';

const email = 'robin@example.com';
const topic = 'projects/p/topics/gmail';
const name = 'projects/p/subscriptions/s';
const lines: string[] = [];
const log = createLog({ service: 'gmail-worker', destination: { write: (line) => void lines.push(line) } });
let simulator: GmailSimulator;
let database: Awaited<ReturnType<typeof aDatabase>>;
let redis: ReturnType<typeof createRedis>;
let folder: string;
let keyFile: string;

beforeAll(async () => {
  simulator = await startGmailSimulator({
    accounts: [{ emailAddress: email, name: 'Robin', messages: [] }],
    quotaEnforced: false,
  });
  await post(`/v1/${name}`, { topic, ackDeadlineSeconds: 10 }, 'PUT');
  database = await aDatabase();
  redis = createRedis((await testRedis()).url, { role: 'producer', log });
  folder = await mkdtemp(join(tmpdir(), 'finito-key-'));
  keyFile = join(folder, 'key.json');
  await writeFile(keyFile, serviceAccountKey());
});
afterAll(async () => {
  redis?.disconnect();
  await database?.close();
  await simulator?.close();
  await rm(folder, { recursive: true });
});

async function post(path: string, body: object, method = 'POST', token = 'anybody') {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(simulator.url + path, { method, headers, body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return (await response.json()) as { receivedMessages?: object[] };
}
const watch = () =>
  post('/gmail/v1/users/me/watch', { topicName: topic }, 'POST', simulator.issueTokens(email).accessToken);

function aPuller(apiUrl = simulator.url, due = database.db.due) {
  const registry = createRegistry({ service: 'gmail-worker', version: 'test' });
  const authorize = createServiceAccount({ keyFile });
  const jobs = createProducer({ redis, prefix: `test-${Math.random().toString(36).slice(2)}` });
  const pulling = startPullingNotifications({
    db: { due },
    jobs,
    subscription: createPubsubSubscription({ apiUrl, name, authorize }),
    notificationMetrics: notificationMetrics(registry),
    log,
  });
  return {
    metrics: () => registry.metrics(),
    async close() {
      await pulling.close();
      await jobs.close();
    },
  };
}

const told = async (mailboxId: string) => {
  const { rows } = await database.pool.query<{ told: string | null }>(
    'SELECT notified_history_id AS told FROM mailboxes WHERE id = $1',
    [mailboxId],
  );
  return rows[0]?.told;
};

describe('a notification that is pulled', () => {
  it('is remembered and then acknowledged, whoever of several workers gets it', async () => {
    const mailboxId = await database.connect({ emailAddress: email });
    const pullers = [aPuller(), aPuller()];
    await watch();
    await until(async () => (await told(mailboxId)) === simulator.account(email).historyId());
    const counted = async () => {
      const texts = await Promise.all(pullers.map(({ metrics }) => metrics()));
      return texts.filter((text) => text.includes('{via="pull",outcome="news"} 1')).length;
    };
    await until(async () => (await counted()) === 1);
    await Promise.all(pullers.map((puller) => puller.close()));
    const left = await post(`/v1/${name}:pull`, { maxMessages: 10, returnImmediately: true });
    expect(left).toEqual({});
  });

  it('is not acknowledged while the database is away, and comes again', async () => {
    const { due } = database.db;
    let isAway = true;
    const notify: typeof due.notify = (...told) =>
      isAway ? Promise.reject(new Error('terminated')) : due.notify(...told);
    const puller = aPuller(simulator.url, { ...due, notify });
    await watch();
    await until(() => lines.some((line) => line.includes('could not be pulled')), { timeoutMs: 30_000 });
    isAway = false;
    // It comes again when its deadline of 10 s is over.
    await until(async () => (await puller.metrics()).includes('{via="pull",outcome="'), {
      timeoutMs: 30_000,
    });
    await puller.close();
  });

  it('that is nothing known is taken and counted; and answers that are none are asked for again', async () => {
    const answers = [
      { status: 200, body: '{"receivedMessages": "nonsense"}' },
      { status: 500, body: '' },
      {
        status: 200,
        body: JSON.stringify({ receivedMessages: [{ ackId: 'a', message: { data: 'e30=' } }] }),
      },
    ];
    const acknowledged: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        expect(request.headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
        if (request.url?.endsWith(':acknowledge')) acknowledged.push(body);
        const isPull = request.url?.endsWith(':pull');
        const answer = (isPull && answers.shift()) || { status: 200, body: '{}' };
        response.writeHead(answer.status).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const puller = aPuller(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await until(() => acknowledged.length === 1, { timeoutMs: 20_000 });
    expect(acknowledged).toEqual(['{"ackIds":["a"]}']);
    expect(await puller.metrics()).toContain('{via="pull",outcome="unreadable"} 1');
    await puller.close();
    expect(lines.join('')).not.toContain('BEGIN PRIVATE KEY');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
