// The gateway whole, in this process, behind a real port, on a real Postgres and Redis.
import { randomBytes } from 'node:crypto';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RateClass } from '@finito/api';
import { createSanitiser } from '@finito/content';
import { createDb, messageIdFrom, migrateDatabase } from '@finito/db';
import type { Credentials, Db, MessageRow } from '@finito/db';
import { createMailboxEvents, createProducer, createQueueView } from '@finito/jobs';
import { createTestDatabase, testRedis } from '@finito/testing';
import type { GmailSimulator } from '@finito/gmail-simulator';
import {
  createLog,
  createRedis,
  createRegistry,
  gmailMetrics,
  httpMetrics,
  noTracing,
  notificationMetrics,
  parseSettings,
} from '@finito/service-kit';
import { createKeyCheck } from '../src/api-keys.ts';
import { createAuthenticate, sha256 } from '../src/authenticate.ts';
import { createBearerTokens } from '../src/bearer-tokens.ts';
import type { BearerTokens } from '../src/bearer-tokens.ts';
import { createClientEventIntake } from '../src/client-event-intake.ts';
import { createEventStreams } from '../src/event-streams.ts';
import { exchangeClasses } from '../src/exchange.ts';
import { createGateway } from '../src/gateway.ts';
import type { GatewayNeeds } from '../src/gateway.ts';
import { createHealthReport } from '../src/health-report.ts';
import { createGoogleAccess } from '../src/google-access.ts';
import { createGooglePush } from '../src/google-push.ts';
import { createMailboxExports } from '../src/mailbox-export.ts';
import { gatewayMetrics } from '../src/metrics.ts';
import { progressOf } from '../src/progress.ts';
import { createRateLimitOverrides } from '../src/rate-limit-overrides.ts';
import { createRateLimiter } from '../src/rate-limit.ts';
import { createSessions } from '../src/sessions.ts';
import type { Sessions } from '../src/sessions.ts';
import { settingsSchema } from '../src/settings.ts';

const indexHtml =
  '<!doctype html><script type="module" nonce="__CSP_NONCE__" src="/assets/a.js"></script><title>Finito Mail</title>';
export const healthKeys = ['health-key-in-use-now', 'health-key-of-last-month'];
export const pushAccount = { serviceAccount: 'push@p.iam.gserviceaccount.com', audience: 'finito' };
export const secret = 'a secret that only tests know';
export const adminKey = 'admin-key-of-this-installation';

export interface GatewayOptions {
  simulator?: GmailSimulator;
  /** What differs from the usual. */
  needs?: Partial<GatewayNeeds>;
  redisUrl?: string;
  /** Limits per minute, counted in Redis; no limit unless told. */
  limits?: Record<RateClass, number>;
}

export type TestGateway = Awaited<ReturnType<typeof aGateway>>;

export async function aGateway({ simulator, needs = {}, redisUrl, limits }: GatewayOptions = {}) {
  const database = await createTestDatabase({
    key: 'finito',
    migrate: async (url) => void (await migrateDatabase(url)),
  });
  const url = redisUrl ?? (await testRedis()).url;
  const lines: string[] = [];
  const log = createLog({ service: 'gateway', destination: { write: (line) => void lines.push(line) } });
  const redis = {
    request: createRedis(url, { role: 'request', log }),
    producer: createRedis(url, { role: 'producer', log }),
    worker: createRedis(url, { role: 'worker', log }),
    counter: createRedis(url, { role: 'counter', log }),
  };
  const db = createDb({ url: database.url, encryptionKeys: new Map([['k1', Buffer.alloc(32, 5)]]) });
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const jobs = createProducer({
    redis: redis.producer,
    prefix,
    traceparent: () => needs.tracing?.traceparent(),
  });
  const queues = createQueueView({ redis: redis.producer, prefix });
  const registry = createRegistry({ service: 'gateway', version: 'test' });
  const metrics = gatewayMetrics(registry);
  const events = createMailboxEvents(redis.producer);
  const listener = createMailboxEvents(redis.worker);
  const streams = createEventStreams({ events, listener, db, toProgress: progressOf, metrics, log });
  const sanitiser = createSanitiser({ threads: 1 });
  const server = createServer(exchangeClasses);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const origin = `http://127.0.0.1:${port}`;
  const sessions = createSessions({ secret, isHttps: false, hours: 1 });
  const tokens = createBearerTokens(secret);
  const pageFolder = await mkdtemp(join(tmpdir(), 'finito-page-'));
  await mkdir(join(pageFolder, 'assets'));
  await writeFile(join(pageFolder, 'index.html'), indexHtml);
  await writeFile(join(pageFolder, 'assets', 'a.js'), 'export {};');

  const { gmail, ...google } = createGoogleAccess(settingsFor(simulator), {
    db,
    redis: redis.producer,
    calls: gmailMetrics(registry),
  });

  const exports = createMailboxExports({ db, gmailReads: google.gmailReads, metrics });
  const rateLimitOverrides = createRateLimitOverrides({ db, metrics, log });

  const app = createGateway({
    ...google,
    ...{ db, exports, jobs, queues, sanitiser, sessions, tokens, streams, metrics, log, pageFolder },
    authenticate: createAuthenticate({ sessions, tokens, db }),
    clientEvents: createClientEventIntake({ jobs }),
    rateLimits: limits ?? { general: 100, auth: 10, sync: 50, health: 20 },
    rateLimitOverrides,
    overload: undefined,
    limiter:
      limits &&
      createRateLimiter({
        redis: redis.counter,
        limits,
        limitFor: rateLimitOverrides.limitFor,
        prefix: `${prefix}:`,
      }),
    keys: { 'health-key': createKeyCheck(healthKeys), 'admin-key': createKeyCheck([adminKey]) },
    provePush: createGooglePush({
      certsUrl: simulator?.endpoints.GOOGLE_CERTS_URL ?? 'http://127.0.0.1:9',
      ...pushAccount,
    }),
    healthReport: createHealthReport({ db, redis: redis.request, jobs }),
    publicUrl: origin,
    secret,
    sampleMailbox: false,
    webhookAllowPrivate: false,
    httpMetrics: httpMetrics(registry),
    notificationMetrics: notificationMetrics(registry),
    tracing: noTracing,
    trustProxy: 0,
    checkAnswers: true,
    ...needs,
  });
  server.on('request', app);

  return {
    ...{
      origin,
      gmail,
      exports,
      db,
      jobs,
      events,
      sessions,
      tokens,
      registry,
      redis,
      prefix,
      databaseUrl: database.url,
    },
    /** What was logged so far. */
    log: () => lines.join(''),
    aUser: () => aUser({ db, sessions, tokens }),
    aMailbox: (userId: string, credentials?: Credentials) => aMailbox(db, userId, credentials),
    async close() {
      exports.close();
      await streams.close();
      rateLimitOverrides.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await sanitiser.close();
      await gmail.close();
      await queues.close();
      await google.breakers.close();
      await jobs.close();
      for (const connection of Object.values(redis)) connection.disconnect();
      await db.close();
      await database.drop();
      await rm(pageFolder, { recursive: true });
    },
  };
}

/** As the environment would give them; what has nothing to do with Google is not read from here. */
function settingsFor(simulator: GmailSimulator | undefined) {
  const nowhere = 'http://127.0.0.1:9';
  return parseSettings(settingsSchema, {
    DATABASE_URL: 'postgresql://localhost/unused',
    REDIS_URL: 'redis://localhost/unused',
    NEXTAUTH_SECRET: secret,
    TOKEN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    HEALTH_API_KEY: 'unused',
    GOOGLE_CLIENT_ID: 'client',
    GOOGLE_CLIENT_SECRET: 'secret',
    GOOGLE_TOKEN_URL: nowhere,
    GOOGLE_REVOKE_URL: nowhere,
    GOOGLE_USERINFO_URL: nowhere,
    GMAIL_API_URL: nowhere,
    GMAIL_QUOTA_TIME_FACTOR: '60',
    ...simulator?.endpoints,
  });
}

const noAccess: Credentials = {
  refreshToken: 'refresh',
  accessToken: null,
  accessTokenExpiresAt: null,
  scope: '',
};

/** Somebody who has signed in, with a session and a bearer token. */
export async function aUser({
  db,
  sessions,
  tokens,
}: {
  db: Pick<Db, 'users' | 'apiTokens'>;
  sessions: Pick<Sessions, 'start'>;
  tokens: Pick<BearerTokens, 'create'>;
}) {
  const subject = randomBytes(9).toString('hex');
  const user = await db.users.signIn({
    googleSubject: subject,
    emailAddress: `${subject}@example.com`,
    name: 'Ann',
  });
  const token = tokens.create();
  await db.apiTokens.create(user.id, { sha256: sha256(token), name: 'test', expiresAt: null });
  const cookie = (await sessions.start(user.id)).split(';')[0]!;
  return { ...user, subject, token, cookie, authorization: `Bearer ${token}` };
}

/** A mailbox with a listing begun, and a way to put messages into it as a worker does. */
export async function aMailbox(db: Db, userId: string, credentials = noAccess) {
  const name = randomBytes(6).toString('hex');
  const { mailboxId } = await db.mailboxes.connect(
    userId,
    { googleSubject: name, emailAddress: `${name}@example.com` },
    credentials,
  );
  const acquired = await db.leases.acquire(mailboxId, 'test', 600_000);
  if (typeof acquired === 'string') throw new Error(`the lease is ${acquired}`);
  const { lease } = acquired;
  await db.ledger.beginGeneration(lease, 'full', '100');
  return {
    ...{ mailboxId, lease },
    messageId: (gmailId: string) => messageIdFrom(mailboxId, gmailId),
    store: (...messages: MessageRow[]) => db.messages.store(lease, 1, messages),
    labels: (...names: string[]) =>
      db.labels.replace(
        lease,
        names.map((label) => ({ gmailId: label, name: label, type: 'system' as const })),
      ),
  };
}

export function aMessage(gmailId: string, changes: Partial<MessageRow> = {}): MessageRow {
  return {
    gmailId,
    threadId: gmailId,
    historyId: '100',
    receivedAt: new Date('2026-01-01T00:00:00Z'),
    subject: 'Lunch on Friday',
    from: { name: 'Ann', address: 'ann@example.com' },
    recipients: { to: [{ name: 'Bob', address: 'bob@example.com' }], cc: [], bcc: [], replyTo: [] },
    messageId: `<${gmailId}@example.com>`,
    labelIds: ['INBOX', 'UNREAD'],
    size: 1_000,
    snippet: 'Shall we?',
    hasAttachments: false,
    content: { text: 'Shall we?', html: null, attachments: [], flaws: [] },
    ...changes,
  };
}
