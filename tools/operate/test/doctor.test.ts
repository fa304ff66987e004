// Each fault of a set-up is named for what it is, with what to do; what is right is found right.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '@finito/db';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { createTestDatabase, freePort, startTestRedis } from '@finito/testing';
import type { TestDatabase, TestRedis } from '@finito/testing';
import { Redis } from 'ioredis';
import type { Finding } from '../src/finding.ts';
import { scoreOf } from '../src/finding.ts';
import { googleChecks } from '../src/google-checks.ts';
import { keyChecks } from '../src/key-checks.ts';
import { postgresChecks } from '../src/postgres-checks.ts';
import { pubsubChecks } from '../src/pubsub-checks.ts';
import { redisChecks } from '../src/redis-checks.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const complaints = (findings: Finding[]) =>
  findings
    .filter(({ verdict }) => verdict === 'bad' || verdict === 'partly')
    .map(({ what, read, advice }) => `${what}: ${read} → ${advice}`)
    .join('\n');

describe('redis', () => {
  let server: TestRedis;
  const config = async (...settings: string[]) => {
    const redis = new Redis(server.url);
    for (let i = 0; i < settings.length; i += 2) await redis.config('SET', settings[i]!, settings[i + 1]!);
    redis.disconnect();
  };
  const found = async (redisUrl = server.url) => complaints(await redisChecks({ redisUrl }));
  beforeAll(async () => {
    server = await startTestRedis({ durable: true });
  });
  afterAll(() => server.stop());

  it('is well with an append-only file and without eviction', async () => {
    expect(await found()).toBe('');
  });

  it('that evicts, or keeps no file, would lose jobs', async () => {
    await config('maxmemory-policy', 'allkeys-lru', 'appendonly', 'no');
    expect(await found()).toMatch(/evicts nothing: allkeys-lru.*noeviction/);
    expect(await found()).toMatch(/append-only file: off/);
    await config('maxmemory-policy', 'noeviction', 'appendonly', 'yes');
  });

  it('that nobody runs, or whose name is wrong, is told apart', async () => {
    expect(await found(`redis://127.0.0.1:${await freePort()}`)).toMatch(/nobody listens/);
    expect(await found('redis://redis.invalid:6379')).toMatch(/name is not known|no answer/);
  });

  it('that wants a password, or another one', async () => {
    await config('requirepass', 'the-right-one');
    expect(await found()).toMatch(/wants a password/);
    const url = new URL(server.url);
    url.password = 'a-wrong-one';
    expect(await found(url.href)).toMatch(/refuses the password/);
    url.password = 'the-right-one';
    const redis = new Redis(url.href);
    await redis.config('SET', 'requirepass', '');
    redis.disconnect();
  });

  it('that speaks no TLS', async () => {
    expect(await found(server.url.replace('redis:', 'rediss:'))).toMatch(/no answer.*speaks no TLS/);
  });

  it('that hangs', async () => {
    await server.pause();
    expect(await found()).toMatch(/no answer within 3 s/);
    await server.resume();
  });

  it('that is no Cluster', async () => {
    expect(complaints(await redisChecks({ redisUrl: server.url, redisCluster: false }))).toBe('');
  });
});

describe('postgres', () => {
  let database: TestDatabase;
  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };
  const found = async (url: string) => complaints(await postgresChecks(url));
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('without our tables has to be migrated', async () => {
    expect(await found(database.url)).toMatch(/schema is the newest: \d+ missing.*npm run migrate/);
  });

  it('that is migrated answers for its disk, its connections and every message', async () => {
    await migrateDatabase(database.url);
    const findings = await postgresChecks(database.url);
    expect(findings.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['every listed message is accounted for', 'connections are left']),
    );
    // Tests force nothing to disk.
    expect(complaints(findings)).toMatch(/on disk: fsync off/);
    expect(complaints(findings)).not.toMatch(/overdue|accounted/);
  });

  it('that refuses says why', async () => {
    expect(await found(changed((url) => (url.password = 'wrong')))).toMatch(/refuses the password/);
    expect(await found(changed((url) => (url.pathname = '/nowhere')))).toMatch(
      /no database nowhere.*createdb/,
    );
    const port = String(await freePort());
    expect(await found(changed((url) => (url.port = port)))).toMatch(/nobody listens/);
    expect(await found(changed((url) => url.searchParams.set('sslmode', 'require')))).toMatch(/TLS fails/);
  });

  it('that hangs', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    expect(await found(changed((url) => (url.port = String(port))))).toMatch(/hangs, or a firewall/);
    silent.close();
  });
});

describe('google', () => {
  let simulator: GmailSimulator;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    simulator = await startGmailSimulator({
      accounts: [{ emailAddress: 'a@example.com', name: 'A', messages: [] }],
    });
    env = { ...simulator.endpoints, PUBLIC_URL: 'http://localhost:3001' };
  });
  afterAll(() => simulator.close());
  const found = async (changes: NodeJS.ProcessEnv) => complaints(await googleChecks({ ...env, ...changes }));

  it('that knows the client and the way back is well', async () => {
    expect(await found({})).toBe('');
  });

  it('is told what it lacks', async () => {
    expect(await found({ GOOGLE_CLIENT_ID: '' })).toMatch(/OAuth client is set: no/);
    expect(await found({ GOOGLE_CLIENT_SECRET: 'wrong' })).toMatch(/knows the OAuth client: invalid_client/);
    expect(await found({ GMAIL_API_URL: `${simulator.url}/elsewhere` })).toMatch(
      /not an address of the Gmail API/,
    );
    const nobody = `http://127.0.0.1:${await freePort()}/token`;
    expect(await found({ GOOGLE_TOKEN_URL: nobody })).toMatch(/answers: ECONNREFUSED.*firewall/);
  });
});

describe('pubsub', () => {
  const topic = 'projects/my-project/topics/gmail';
  const found = async (env: NodeJS.ProcessEnv) => complaints(await pubsubChecks(env));

  it('is optional', async () => {
    expect(await pubsubChecks({})).toMatchObject([{ verdict: 'not asked' }]);
  });

  it('needs whole names, one way of delivery, and for push a public https address', async () => {
    expect(await found({ GMAIL_PUBSUB_TOPIC: 'gmail' })).toMatch(/whole name: gmail/);
    expect(await found({ GMAIL_PUBSUB_TOPIC: topic })).toMatch(/neither way is set/);
    const pull = {
      GMAIL_PUBSUB_TOPIC: topic,
      GMAIL_PUBSUB_SUBSCRIPTION: 'projects/my-project/subscriptions/finito',
    };
    expect(await found(pull)).toBe('');
    const push = {
      GMAIL_PUBSUB_TOPIC: topic,
      GMAIL_PUSH_SERVICE_ACCOUNT: 'push@my-project.iam.gserviceaccount.com',
    };
    const nobody = `http://127.0.0.1:${await freePort()}`;
    expect(await found({ ...push, PUBLIC_URL: nobody })).toMatch(/public https[^]*route is there: no answer/);
  });
});

describe('keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'finito-keys-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const day = 86_400_000;
  const env = { HEALTH_API_KEY: 'a-health-key-that-is-long-enough' };

  it('age from the day they were first seen, and a new one is young again', () => {
    const at = (days: number, key = env.HEALTH_API_KEY) =>
      complaints(keyChecks({ HEALTH_API_KEY: key }, { folder, now: Date.UTC(2026, 0, 1) + days * day }));
    expect(at(0)).toBe('');
    expect(at(31)).toBe('');
    expect(at(32)).toMatch(/older than 31 days: first seen 32 days ago/);
    expect(at(32, `another-key-that-is-long-enough,${env.HEALTH_API_KEY}`)).toMatch(/one key: 2 keys/);
    expect(at(33, 'another-key-that-is-long-enough')).toBe('');
    expect(at(33, 'short')).toMatch(/long enough: 5 characters/);
  });
});

describe('the score', () => {
  it('is the share of what is good over what could be asked', () => {
    const of = (...verdicts: Finding['verdict'][]) =>
      scoreOf(verdicts.map((verdict) => ({ what: '', verdict })));
    expect(of('good', 'good', 'bad', 'partly', 'not asked')).toEqual({ score: 62, asked: 4 });
    expect(of()).toEqual({ score: 0, asked: 0 });
  });
});
