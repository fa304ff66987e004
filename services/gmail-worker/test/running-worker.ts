// The worker as a process of its own, against the real simulator, Postgres and Redis.
import { join } from 'node:path';
import { freePort, serviceArgs, serviceEnv, startProcess, startTestRedis, until } from '@finito/testing';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { compareWithTruth } from '@finito/gmail-simulator';
import { aDatabase, encryptionKeysSetting } from './a-database.ts';

const root = join(import.meta.dirname, '../../..');

/** Waits as long as a machine that is busy with other things may take. */
export const eventually = (
  condition: () => Promise<boolean> | boolean,
  { timeoutMs = 60_000, everyMs = 50, message = 'the condition' } = {},
) => until(condition, { timeoutMs, everyMs, message });

export type World = Awaited<ReturnType<typeof aWorld>>;

/** Postgres, Redis, and as many workers as a test starts. */
export async function aWorld(simulator: GmailSimulator, settings: Record<string, string> = {}) {
  const database = await aDatabase();
  const { db, pool, takeLease } = database;
  const redis = await startTestRedis();
  const workers: Awaited<ReturnType<typeof startProcess>>[] = [];

  return {
    db,
    pool,
    redis,
    takeLease,
    async connect(email: string, before?: (mailboxId: string) => Promise<void>): Promise<string> {
      const { subject } = simulator.account(email);
      const tokens = simulator.issueTokens(email);
      return database.connect({ subject, emailAddress: email, ...tokens }, before);
    },
    /** Ends every worker; gives their exit codes. */
    async stopWorkers(signal: 'SIGTERM' | 'SIGKILL'): Promise<number[]> {
      return Promise.all(workers.splice(0).map((worker) => worker.stop({ signal })));
    },
    async startWorker(own: Record<string, string> = {}) {
      const port = await freePort();
      const worker = await startProcess({
        command: process.execPath,
        args: serviceArgs('gmail-worker'),
        cwd: root,
        env: {
          ...serviceEnv,
          ...process.env,
          ...simulator.endpoints,
          NODE_OPTIONS: '',
          LOG_LEVEL: 'info',
          DATABASE_URL: database.url,
          REDIS_URL: redis.url,
          TOKEN_ENCRYPTION_KEYS: encryptionKeysSetting,
          GOOGLE_CLIENT_ID: simulator.clientId,
          GOOGLE_CLIENT_SECRET: simulator.clientSecret,
          ADMIN_PORT: String(port),
          SYNC_POLL_SECONDS: '1',
          ...settings,
          ...own,
        },
        readyWhen: (output) => output.includes('service started'),
        readyWithinMs: 60_000,
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
    /** Slices that run. */
    async leases(): Promise<number> {
      const { rows } = await pool.query<{ held: number }>(
        'SELECT count(*)::int AS held FROM mailboxes WHERE lease_owner IS NOT NULL AND lease_until > now()',
      );
      return rows[0]!.held;
    },
    async untilLive(mailboxId: string, timeoutMs = 60_000) {
      await eventually(
        async () => {
          const { state, pending } = await this.progress(mailboxId);
          return state === 'live' && pending === 0;
        },
        { timeoutMs, message: 'the mailbox to be live' },
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
      await database.close();
      await redis.stop();
    },
  };
}

export const inStep = { equal: true, missing: [], extra: [], different: [], unaccounted: [] };
