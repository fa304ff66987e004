// The gateway's process from outside: its limits by class, its health codes, its connections, its end.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDb, migrateDatabase } from '@finito/db';
import type { Db } from '@finito/db';
import { createTestDatabase, startFaultProxy, startTestRedis, until } from '@finito/testing';
import type { FaultProxy, TestDatabase, TestRedis } from '@finito/testing';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { sha256 } from '../src/authenticate.ts';
import { createBearerTokens } from '../src/bearer-tokens.ts';
import { aPage } from './listening-page.ts';
import { encryptionKey, healthKey, secret, startGateway } from './running-gateway.ts';
import type { RunningGateway } from './running-gateway.ts';

let database: TestDatabase;
let db: Db;
let pool: Pool;
let redis: TestRedis;
let watcher: Redis;
let proxy: FaultProxy;
let production: RunningGateway;
let development: RunningGateway;

beforeAll(async () => {
  database = await createTestDatabase({
    key: 'finito',
    migrate: async (url) => void (await migrateDatabase(url)),
  });
  db = createDb({ url: database.url, encryptionKeys: new Map([['k1', encryptionKey]]) });
  pool = new Pool({ connectionString: database.url, max: 1 });
  redis = await startTestRedis();
  watcher = new Redis(redis.url, { commandTimeout: 5_000 });
  proxy = await startFaultProxy({ target: { port: Number(new URL(redis.url).port) } });
  const given = { DATABASE_URL: database.url, REDIS_URL: `redis://127.0.0.1:${proxy.port}` };
  // One after the other: if the second does not start, the first is known, and stopped.
  production = await startGateway({ ...given, RATELIMIT_HEALTH_LIMIT: '5000' });
  development = await startGateway({ ...given, NODE_ENV: 'development' });
});
afterAll(async () => {
  for (const gateway of [production, development]) await gateway?.process.stop({ signal: 'SIGKILL' });
  await proxy?.stop();
  watcher?.disconnect();
  await redis?.stop();
  await pool?.end();
  await db?.close();
  await database?.drop();
});

async function aUser() {
  const subject = randomBytes(9).toString('hex');
  const user = await db.users.signIn({
    googleSubject: subject,
    emailAddress: `${subject}@example.com`,
    name: '',
  });
  const token = createBearerTokens(secret).create();
  await db.apiTokens.create(user.id, { sha256: sha256(token), name: 'test', expiresAt: null });
  const { mailboxId } = await db.mailboxes.connect(
    user.id,
    { googleSubject: subject, emailAddress: `${subject}@example.com` },
    { refreshToken: 'refresh', accessToken: null, accessTokenExpiresAt: null, scope: '' },
  );
  return { mailboxId, headers: { authorization: `Bearer ${token}` } };
}

/** The ids of all connections to Redis but the one that asks. */
async function connections(): Promise<(string | undefined)[]> {
  const list = (await watcher.client('LIST')) as string;
  return list
    .split('\n')
    .filter((line) => line !== '' && !line.includes('cmd=client'))
    .map((line) => /id=(\d+)/.exec(line)?.[1])
    .sort();
}

const health = (key?: string) =>
  fetch(`${production.origin}/api/health`, { headers: key === undefined ? {} : { 'x-health-api-key': key } });

/** A busy machine may find a check late: the report is asked for until it says so, or never. */
const untilHealth = (status: number, said: string) =>
  until(async () => {
    const response = await health(healthKey);
    const report = (await response.json()) as { status: string };
    return response.status === status && report.status === said;
  });

const after = (ms: number) => {
  const end = performance.now() + ms;
  return until(() => performance.now() >= end, { everyMs: 5 });
};

describe('the limits', () => {
  it('R15, R16: are 100, 10 and 50 a minute by class, and what the environment says instead', async () => {
    const limitOf = async (path: string) =>
      (await fetch(production.origin + path, { redirect: 'manual' })).headers.get('x-ratelimit-limit');
    expect(await limitOf('/api/auth/options')).toBe('100');
    expect(await limitOf('/api/auth/google')).toBe('10');
    expect(await limitOf('/api/sync')).toBe('50');
    expect(await limitOf('/api/health')).toBe('5000');
  });

  it('R21: are none in development', async () => {
    for (let i = 0; i < 15; i += 1) {
      const response = await fetch(`${development.origin}/api/auth/google`, { redirect: 'manual' });
      expect(response.status).toBe(302);
      expect(response.headers.get('x-ratelimit-limit')).toBeNull();
    }
  });
});

describe('GET /api/health', () => {
  it('R28: answers 401 without a valid key, 200 healthy, 200 degraded, 503 unhealthy', async () => {
    expect((await health()).status).toBe(401);
    expect((await health('another-key')).status).toBe(401);
    await untilHealth(200, 'healthy');

    const { mailboxId } = await aUser();
    const overdue = "due_at = now() - interval '1 hour', created_at = now() - interval '1 day'";
    await pool.query(`UPDATE mailboxes SET ${overdue} WHERE id = $1`, [mailboxId]);
    await untilHealth(200, 'degraded');
    await pool.query('UPDATE mailboxes SET due_at = now() WHERE id = $1', [mailboxId]);

    proxy.cut();
    await untilHealth(503, 'unhealthy');
    proxy.heal();
    await untilHealth(200, 'healthy');
  });
});

describe('the process', () => {
  it('R58: serves every request over the Redis connections that it opened at its start', async () => {
    const { headers } = await aUser();
    // Three of this process, two of the other, which limits nothing; some come back late from the cut above.
    await until(async () => (await connections()).length === 5, { timeoutMs: 10_000 });
    const before = await connections();
    await Promise.all(
      Array.from({ length: 90 }, () => fetch(`${production.origin}/api/mailboxes`, { headers })),
    );
    expect(await connections()).toEqual(before);
  });

  it('refuses nothing while it is late because others have the processor', async () => {
    const statuses = new Set<number>();
    // Held back for most of 4 s, as by a scheduler, though it has hardly anything to do.
    for (let turn = 0; turn < 20; turn += 1) {
      development.process.signal('SIGSTOP');
      const answer = fetch(`${development.origin}/api/mailboxes`);
      await after(170);
      development.process.signal('SIGCONT');
      statuses.add((await answer).status);
    }
    expect([...statuses]).toEqual([401]);
    expect(await development.metrics()).toMatch(/^finito_requests_shed_total(?:\{.*\})? 0$/m);
  });

  it('R32, R34: ends with 0 on SIGTERM, its streams told to come back, its answers finished', async () => {
    const { headers } = await aUser();
    const page = await aPage(`${production.origin}/api/sync/events`, headers);
    await until(() => page.hasPlace());
    const answers = Array.from({ length: 20 }, () =>
      fetch(`${production.origin}/api/mailboxes`, { headers }),
    );
    await answers[0];
    production.process.signal('SIGTERM');
    const statuses = await Promise.all(
      answers.map((answer) =>
        answer.then(
          ({ status }) => status,
          () => 'no answer',
        ),
      ),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    await page.untilEnded();
    expect(page.state.retryMs).toBeGreaterThan(0);
    await production.process.expectExit(0);
    expect(production.process.output()).toContain('"reason":"SIGTERM","exitCode":0');
  });
});
