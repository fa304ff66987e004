// GOALS.md G9 against a process of its own; `npm run drills -- gateway` does the same.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDb, migrateDatabase } from '@finito/db';
import type { Db } from '@finito/db';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { createTestDatabase, startTestRedis } from '@finito/testing';
import type { TestDatabase, TestRedis } from '@finito/testing';
import { account } from './a-reader.ts';
import { plantSecrets } from './planted-secrets.ts';
import { adminKey, encryptionKey, healthKey, secret, startGateway } from './running-gateway.ts';
import type { RunningGateway } from './running-gateway.ts';

let simulator: GmailSimulator;
let database: TestDatabase;
let redis: TestRedis;
let db: Db;
let gateway: RunningGateway;

beforeAll(async () => {
  simulator = await startGmailSimulator({ accounts: [account], timeFactor: 600 });
  database = await createTestDatabase({
    key: 'finito',
    migrate: async (url) => void (await migrateDatabase(url)),
  });
  db = createDb({ url: database.url, encryptionKeys: new Map([['k1', encryptionKey]]) });
  redis = await startTestRedis();
  gateway = await startGateway({
    ...simulator.endpoints,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    GOOGLE_CLIENT_ID: simulator.clientId,
    GOOGLE_CLIENT_SECRET: simulator.clientSecret,
    LOG_LEVEL: 'trace',
    RATELIMIT_AUTH_LIMIT: '1000',
    RATELIMIT_GENERAL_LIMIT: '1000',
  });
});
afterAll(async () => {
  await gateway?.process.stop({ signal: 'SIGKILL' });
  await db?.close();
  await redis?.stop();
  await database?.drop();
  await simulator?.close();
});

describe('what is told in confidence', () => {
  it('is in no log, metric, error or Redis key, and in no column that is not for it', async () => {
    const keys = { 'health-key': healthKey, 'admin-key': adminKey };
    const { hits, kept, canaries } = await plantSecrets(
      { origin: gateway.origin, db, secret, keys, simulator, pushToken: 'Bearer none' },
      {
        databaseUrl: database.url,
        redisUrl: redis.url,
        ownSecrets: {
          'secret of sessions': secret,
          'encryption key': encryptionKey.toString('base64'),
          'health key': healthKey,
          'admin key': adminKey,
          'client secret': simulator.clientSecret,
        },
        log: gateway.process.output,
        metrics: gateway.metrics,
      },
    );
    expect(hits).toEqual([]);
    expect(Object.keys(canaries).length).toBeGreaterThan(45);
    // It finds what is there: the mail, where mail belongs.
    expect(kept).toEqual(
      expect.arrayContaining(['subject: outbox.payload', 'stored subject: emails.subject']),
    );
    expect(gateway.process.output().match(/"msg":"request"/g)?.length).toBeGreaterThan(40);
  });
});
