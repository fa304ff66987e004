import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { healthReport } from '@finito/api';
import type { HealthReport } from '@finito/api';
import { createDb, migrateDatabase } from '@finito/db';
import type { Db } from '@finito/db';
import { createProducer, syncMailbox } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import { createLog, createRedis } from '@finito/service-kit';
import { createTestDatabase, startFaultProxy, testRedis, until } from '@finito/testing';
import type { FaultProxy, TestDatabase } from '@finito/testing';
import type { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createHealthReport } from '../src/health-report.ts';

const log = createLog({ service: 'test', destination: { write: () => undefined } });
const encryptionKeys = new Map([['k1', Buffer.alloc(32, 5)]]);
const prefix = `test-${randomBytes(6).toString('hex')}`;
let database: TestDatabase;
let db: Db;
let pool: Pool;
let jobs: Producer;
let postgres: FaultProxy;
let redisProxy: FaultProxy;
let redis: Redis;
let producing: Redis;

beforeAll(async () => {
  database = await createTestDatabase({
    key: 'finito',
    migrate: async (url) => void (await migrateDatabase(url)),
  });
  pool = new Pool({ connectionString: database.url, max: 1 });
  postgres = await startFaultProxy({ target: { port: Number(new URL(database.url).port) } });
  const { url } = await testRedis();
  redisProxy = await startFaultProxy({ target: { port: Number(new URL(url).port) } });
  db = createDb({ url: through(postgres, database.url), statementTimeoutMs: 2_000, encryptionKeys });
  redis = createRedis(through(redisProxy, url), { role: 'producer', log });
  producing = createRedis(through(redisProxy, url), { role: 'producer', log });
  jobs = createProducer({ redis: producing, prefix });
  await until(async () => (await redis.ping()) === 'PONG');
  await db.ping();
});
afterEach(() => {
  postgres.heal();
  redisProxy.heal();
});
afterAll(async () => {
  await jobs.close().catch(() => undefined);
  redis.disconnect();
  producing.disconnect();
  await db.close();
  await pool.end();
  await postgres.stop();
  await redisProxy.stop();
  await database.drop();
});

function through(proxy: FaultProxy, url: string): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(proxy.port);
  return changed.href;
}

const aReport = (): Promise<HealthReport> => createHealthReport({ db, redis, jobs, version: '1.2.3' })();

/** The statuses of a report that came within a second and a half; a machine busy with other tests gets more tries. */
function untilReport(expected: Record<string, string>): Promise<HealthReport> {
  const look = async () => {
    const startedAt = performance.now();
    const report = await aReport();
    const isQuick = performance.now() - startedAt < 1_500;
    const fits = Object.entries(expected).every(([name, status]) => statusOf(report, name) === status);
    return isQuick && fits ? report : undefined;
  };
  return until(look, { timeoutMs: 20_000, message: JSON.stringify(expected) });
}

const statusOf = (report: HealthReport, service: string) =>
  service === 'all' ? report.status : report.checks.find((check) => check.service === service)?.status;

async function aMailbox(changes: string): Promise<void> {
  const name = randomBytes(8).toString('hex');
  await pool.query(`INSERT INTO users (id, google_subject, email_address) VALUES ($1, $2, 'a@example.com')`, [
    `usr_${name}`,
    name,
  ]);
  const { mailboxId } = await db.mailboxes.connect(
    `usr_${name}`,
    { googleSubject: name, emailAddress: `${name}@example.com` },
    { refreshToken: 'refresh', accessToken: null, accessTokenExpiresAt: null, scope: '' },
  );
  await pool.query(`UPDATE mailboxes SET ${changes} WHERE id = $1`, [mailboxId]);
}

describe('the health report', () => {
  it('R27: is healthy when all answers, as the contract has it', async () => {
    const report = healthReport.parse(await untilReport({ all: 'healthy' }));
    expect(report).toMatchObject({ status: 'healthy', version: '1.2.3' });
    expect(report.checks.map(({ service }) => service)).toEqual(['database', 'redis', 'email_sync', 'queue']);
    expect(report.uptime).toBeGreaterThan(0);
  });

  it('R30: is degraded when the database takes longer than 100 ms', async () => {
    postgres.delay(60);
    const report = await untilReport({ database: 'degraded', all: 'degraded' });
    const database = report.checks.find(({ service }) => service === 'database');
    expect(database).toMatchObject({ status: 'degraded', message: 'answers slowly' });
    expect(database?.latency).toBeGreaterThan(100);
  });

  it.each(['cut', 'freeze'] as const)(
    'is unhealthy within a second or so when the database suffers a %s',
    async (fault) => {
      postgres[fault]();
      await untilReport({ database: 'unhealthy', redis: 'healthy', all: 'unhealthy' });
      postgres.heal();
      await until(() => db.ping().then(() => true));
    },
  );

  it.each(['cut', 'freeze'] as const)(
    'is unhealthy within a second or so when Redis suffers a %s',
    async (fault) => {
      redisProxy[fault]();
      await untilReport({ redis: 'unhealthy', database: 'healthy', all: 'unhealthy' });
      redisProxy.heal();
      await until(async () => (await redis.ping()) === 'PONG');
    },
  );

  it('does not call sync degraded for being idle, paused or without consent', async () => {
    await aMailbox(`due_at = now() + interval '1 hour', created_at = now() - interval '1 day'`);
    const past = `due_at = now() - interval '1 hour', created_at = now() - interval '1 day'`;
    await aMailbox(`${past}, paused_at = now()`);
    await aMailbox(`${past}, state = 'reauth'`);
    await untilReport({ email_sync: 'healthy' });
  });

  it('R26: calls sync degraded when a mailbox is due and nobody looks at it', async () => {
    await aMailbox(`due_at = now() - interval '10 minutes', created_at = now() - interval '1 day'`);
    const report = await untilReport({ email_sync: 'degraded', all: 'degraded' });
    expect(report.checks[2]?.message).toBe('mailboxes that are due and not looked at: 1');
    await pool.query('UPDATE mailboxes SET due_at = now()');
  });

  it('calls the queue degraded when its oldest job waits for more than half a minute', async () => {
    await jobs.enqueue(syncMailbox, { mailboxId: 'mb_0123456789abcdef' });
    await untilReport({ queue: 'healthy' });
    await redis.hset(`${prefix}:sync-mailbox:1`, 'timestamp', Date.now() - 31_000);
    await untilReport({ queue: 'degraded' });
  });

  it('is degraded while calls to Gmail are held back, and no worse', async () => {
    const open: string[] = [];
    const ask = () =>
      createHealthReport({ db, redis, jobs: { counts: jobs.counts }, openBreakers: async () => open })();
    await until(async () => statusOf(await ask(), 'gmail') === 'healthy');
    open.push('read');
    const { checks } = await ask();
    expect(checks.find(({ service }) => service === 'gmail')).toMatchObject({
      status: 'degraded',
      message: 'calls are held back: read',
    });
  });

  it('is made once for all who ask at the same time, and once a second', async () => {
    const ask = createHealthReport({ db, redis, jobs });
    const reports = await Promise.all(Array.from({ length: 50 }, () => ask()));
    expect(new Set(reports).size).toBe(1);
    await until(async () => (await ask()) !== reports[0], { timeoutMs: 5_000 });
    const next = ask();
    expect(await ask()).toBe(await next);
  });
});
