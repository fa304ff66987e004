// The worker as a process of its own, against the real simulator, Postgres and Redis.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createTestDatabase, freePort, startProcess, startTestRedis, until } from '@finito/testing';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { compareWithTruth } from '@finito/gmail-simulator';
import { createDb, migrateDatabase } from '@finito/db';
import { Pool } from 'pg';

const root = join(import.meta.dirname, '../../..');
const key = Buffer.alloc(32, 9);

/** Postgres, Redis, and as many workers as a test starts. */
export async function aWorld(simulator: GmailSimulator, settings: Record<string, string> = {}) {
  const database = await createTestDatabase({
    key: 'finito',
    migrate: async (url) => void (await migrateDatabase(url)),
  });
  const redis = await startTestRedis();
  const db = createDb({ url: database.url, encryptionKeys: new Map([['k1', key]]) });
  const pool = new Pool({ connectionString: database.url, max: 3 });
  pool.on('error', () => undefined);
  const workers: Awaited<ReturnType<typeof startProcess>>[] = [];

  return {
    db,
    pool,
    redis,
    /** A user's consent, without the browser. */
    async connect(email: string): Promise<string> {
      const userId = `usr_${randomBytes(8).toString('hex')}`;
      const { subject } = simulator.account(email);
      await pool.query('INSERT INTO users (id, google_subject, email_address) VALUES ($1, $2, $3)', [
        userId,
        userId,
        email,
      ]);
      const { accessToken, refreshToken, expiresAt } = simulator.issueTokens(email);
      const { mailboxId } = await db.mailboxes.connect(
        userId,
        { googleSubject: subject, emailAddress: email },
        { refreshToken, accessToken, accessTokenExpiresAt: expiresAt.getTime(), scope: '' },
      );
      return mailboxId;
    },
    async startWorker(own: Record<string, string> = {}) {
      const port = await freePort();
      const worker = await startProcess({
        command: process.execPath,
        args: [join(root, 'services/gmail-worker/src/main.ts')],
        env: {
          ...process.env,
          ...simulator.endpoints,
          NODE_OPTIONS: '',
          LOG_LEVEL: 'info',
          DATABASE_URL: database.url,
          REDIS_URL: redis.url,
          TOKEN_ENCRYPTION_KEYS: `k1:${key.toString('base64')}`,
          GOOGLE_CLIENT_ID: simulator.clientId,
          GOOGLE_CLIENT_SECRET: simulator.clientSecret,
          ADMIN_PORT: String(port),
          SYNC_POLL_SECONDS: '1',
          ...settings,
          ...own,
        },
        readyWhen: (output) => output.includes('service started'),
      });
      workers.push(worker);
      return { process: worker, adminUrl: `http://127.0.0.1:${port}` };
    },
    async progress(mailboxId: string) {
      const { rows } = await pool.query(
        'SELECT state, listed, stored, gone, failed, pending, wait_reason AS "waitReason", last_error AS "lastError" FROM mailboxes WHERE id = $1',
        [mailboxId],
      );
      return rows[0];
    },
    async untilLive(mailboxId: string, timeoutMs = 20_000) {
      await until(
        async () => {
          const { state, pending } = await this.progress(mailboxId);
          return state === 'live' && pending === 0;
        },
        { timeoutMs, everyMs: 50, message: 'the mailbox is not live' },
      );
    },
    /** The rows against the mailbox, one by one; and the accounting identity, counted. */
    async comparedWithTruth(mailboxId: string, email: string) {
      const { rows } = await pool.query(
        `SELECT gmail_id AS "gmailId", thread_id AS "threadId", label_ids AS "labelIds",
           (extract(epoch FROM received_at) * 1000)::float8 AS "internalDate"
         FROM emails WHERE mailbox_id = $1 AND deleted_at IS NULL`,
        [mailboxId],
      );
      return { ...compareWithTruth(rows, simulator.truth(email)), unaccounted: await db.due.unaccounted() };
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop({ signal: 'SIGKILL' }).catch(() => undefined)));
      await db.close();
      await pool.end();
      await redis.stop();
      await database.drop();
    },
  };
}

export const inStep = { equal: true, missing: [], extra: [], different: [], unaccounted: [] };
