// All services as processes of their own, with a mailbox of the simulator that is kept in step.
import { join } from 'node:path';
import { createDb, migrateDatabase, newId } from '@finito/db';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import { createTestDatabase, freePort, startProcess, startTestRedis } from '@finito/testing';
import { Pool } from 'pg';

const root = join(import.meta.dirname, '../..');
const emailAddress = 'robin@example.com';
const key = Buffer.alloc(32, 4);
const adminKey = 'admin-key-of-the-monitoring-tests';
/** A minute of quota passes in a quarter of a second. */
const timeFactor = 240;

export async function startServices(names = ['gateway', 'gmail-worker', 'telemetry']) {
  await using started = new AsyncDisposableStack();
  const [simulator, database, redis, ...ports] = await Promise.all([
    startGmailSimulator({
      accounts: [{ emailAddress, name: 'Robin', messages: await sampleMailbox({ messages: 60 }) }],
      timeFactor,
    }),
    createTestDatabase({ key: 'finito', migrate: async (url) => void (await migrateDatabase(url)) }),
    startTestRedis(),
    ...Array.from({ length: 4 }, () => freePort()),
  ]);
  started.defer(() => database.drop());
  started.defer(() => redis.stop());
  started.defer(() => simulator.close());
  await connectMailbox(database.url, simulator);
  const [publicPort, ...adminPorts] = ports.map(String);
  const env = {
    ...process.env,
    ...simulator.endpoints,
    NODE_OPTIONS: '',
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PORT: publicPort,
    HOST: '127.0.0.1',
    NEXTAUTH_SECRET: 'a secret of the monitoring tests alone',
    TOKEN_ENCRYPTION_KEYS: `k1:${key.toString('base64')}`,
    HEALTH_API_KEY: 'health-key-of-the-monitoring-tests',
    ADMIN_API_KEY: adminKey,
    GOOGLE_CLIENT_ID: simulator.clientId,
    GOOGLE_CLIENT_SECRET: simulator.clientSecret,
    GMAIL_QUOTA_TIME_FACTOR: String(timeFactor),
    SYNC_POLL_SECONDS: '1',
    QUEUE_METRICS_SECONDS: '1',
    CLIENT_EVENTS_SNAPSHOT_SECONDS: '1',
  };
  const outcomes = await Promise.allSettled(
    names.map(async (name, at) => {
      const service = await startProcess({
        command: process.execPath,
        args: ['--disable-warning=ExperimentalWarning', join(root, 'services', name, 'src', 'main.ts')],
        env: { ...env, ADMIN_PORT: adminPorts[at] },
        readyWhen: (output) => output.includes('service started'),
        readyWithinMs: 60_000,
      });
      started.defer(async () => void (await service.stop()));
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  const running = started.move();
  return {
    url: `http://127.0.0.1:${publicPort}`,
    ...{ adminKey, redis },
    /** Where each service shows its metrics. */
    targets: Object.fromEntries(names.map((name, at) => [name, `127.0.0.1:${adminPorts[at]}`])),
    close: () => running.disposeAsync(),
  };
}

/** As if its owner had consented. */
async function connectMailbox(
  databaseUrl: string,
  simulator: Awaited<ReturnType<typeof startGmailSimulator>>,
): Promise<void> {
  const { subject } = simulator.account(emailAddress);
  const { refreshToken } = simulator.issueTokens(emailAddress);
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  const db = createDb({ url: databaseUrl, encryptionKeys: new Map([['k1', key]]) });
  const userId = newId('usr');
  await pool.query('INSERT INTO users (id, google_subject, email_address) VALUES ($1, $2, $3)', [
    userId,
    subject,
    emailAddress,
  ]);
  await db.mailboxes.connect(
    userId,
    { googleSubject: subject, emailAddress },
    { refreshToken, accessToken: null, accessTokenExpiresAt: null, scope: '' },
  );
  await db.close();
  await pool.end();
}
