// The product's own processes on servers of this run: Postgres and Redis that can be hurt, workers that can
// be killed, and the question that every run ends with: is what is stored what Gmail has?
import { join } from 'node:path';
import { createDb, migrateDatabase, newId } from '@finito/db';
import { createProducer, syncMailbox } from '@finito/jobs';
import { compareWithTruth } from '@finito/gmail-simulator';
import type { TruthRow } from '@finito/gmail-simulator';
import { freePort, serviceArgs, serviceEnv, startProcess, until } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { freshServices } from '../../tools/local/src/fresh-build.ts';
import type { Gmail } from './gmail.ts';
import { ownPostgres, ownRedis } from './servers.ts';
import type { OwnPostgres, OwnRedis } from './servers.ts';

const root = join(import.meta.dirname, '../..');
const key = Buffer.alloc(32, 5);

export type World = Awaited<ReturnType<typeof aWorld>>;

export interface WorldOptions {
  gmail: Gmail;
  /** Of the workers. */
  settings?: Record<string, string>;
  /** Whether what is committed outlives a kill of Postgres; default false. */
  durable?: boolean;
  /** Default: of its own. `databasesOn` has some for who shall not pay for servers. */
  servers?: { postgres: OwnPostgres; redis: OwnRedis };
}

/** Postgres, Redis, the product's schema, and as many workers as are asked for. */
export async function aWorld({ gmail, settings = {}, durable = false, servers }: WorldOptions) {
  await freshServices();
  const postgres = servers?.postgres ?? (await ownPostgres(durable));
  await migrateDatabase(postgres.url);
  const redis = servers?.redis ?? (await ownRedis());
  const db = createDb({ url: postgres.url, encryptionKeys: new Map([['k1', key]]) });
  const pool = new Pool({ connectionString: postgres.url, max: 3, connectionTimeoutMillis: 3_000 });
  pool.on('error', () => undefined); // Postgres is killed here now and then
  const workers = new Set<RunningProcess>();
  const ends = { unasked: 0 };
  let isOpen = true;

  const env = {
    ...process.env,
    ...gmail.endpoints,
    NODE_ENV: 'production',
    NODE_OPTIONS: '',
    LOG_LEVEL: 'warn',
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    TOKEN_ENCRYPTION_KEYS: `k1:${key.toString('base64')}`,
    ...settings,
  };
  return {
    db,
    pool,
    postgres,
    redis,
    workers,
    env,
    connect: (email: string) => connect({ db, pool, gmail, redisUrl: redis.url }, email),
    /** Workers that ended by themselves. */
    ends,
    /** With `kept`, another one begins when it ends by itself, as a supervisor would see to. */
    async startWorker(own: Record<string, string> = {}, { kept = false } = {}): Promise<RunningProcess> {
      const worker = await startWorker({ ...env, ...own });
      workers.add(worker);
      void worker.exited.then((code) => {
        workers.delete(worker);
        // 128 + 9: it was killed, and whoever killed it starts another.
        if (!isOpen || code === 0 || code === 137) return;
        ends.unasked += 1;
        if (kept) void this.startWorker(own, { kept }).catch(() => undefined);
      });
      return worker;
    },
    progress: (mailboxId: string) => progressOf(pool, mailboxId),
    async untilLive(mailboxId: string, timeoutMs: number) {
      await until(async () => isLive(await progressOf(pool, mailboxId)), {
        timeoutMs,
        everyMs: 100,
        message: 'the mailbox to be live',
      });
    },
    /** Rows and accounts against the mailbox; everything 0 when all is as it should be. */
    differences: async (mailboxId: string, email: string) => ({
      ...differences(await rowsOf(pool, mailboxId), await gmail.truth(email)),
      unaccounted: (await db.due.unaccounted()).length,
    }),
    async close() {
      isOpen = false;
      await Promise.all([...workers].map((worker) => worker.stop({ signal: 'SIGKILL' })));
      await db.close();
      await pool.end();
      await redis.remove();
      await postgres.remove();
    },
  };
}

export interface Differences {
  missing: number;
  extra: number;
  different: number;
}

function differences(rows: TruthRow[], truth: TruthRow[]): Differences {
  const { missing, extra, different } = compareWithTruth(rows, truth);
  return { missing: missing.length, extra: extra.length, different: different.length };
}

export interface Progress {
  state: string;
  listed: number;
  stored: number;
  gone: number;
  failed: number;
  pending: number;
}

export function isLive({ state, pending }: Progress): boolean {
  return state === 'live' && pending === 0;
}

async function progressOf(pool: Pool, mailboxId: string): Promise<Progress> {
  const { rows } = await pool.query<Progress>(
    'SELECT state, listed, stored, gone, failed, pending FROM mailboxes WHERE id = $1',
    [mailboxId],
  );
  return rows[0]!;
}

async function rowsOf(pool: Pool, mailboxId: string): Promise<TruthRow[]> {
  const { rows } = await pool.query<TruthRow>(
    `SELECT gmail_id AS "gmailId", thread_id AS "threadId", label_ids AS "labelIds",
       (extract(epoch FROM received_at) * 1000)::float8 AS "internalDate"
     FROM emails WHERE mailbox_id = $1 AND deleted_at IS NULL`,
    [mailboxId],
  );
  return rows;
}

interface Connecting {
  db: ReturnType<typeof createDb>;
  pool: Pool;
  gmail: Gmail;
  redisUrl: string;
}

/** What the gateway does when a user has consented: the rows, and the first job. */
async function connect({ db, pool, gmail, redisUrl }: Connecting, email: string): Promise<string> {
  const userId = newId('usr');
  await pool.query('INSERT INTO users (id, google_subject, email_address) VALUES ($1, $1, $2)', [
    userId,
    email,
  ]);
  const { refreshToken, accessToken, expiresAt } = await gmail.issueTokens(email);
  const { mailboxId } = await db.mailboxes.connect(
    userId,
    { googleSubject: userId, emailAddress: email },
    { refreshToken, accessToken, accessTokenExpiresAt: expiresAt.getTime(), scope: '' },
  );
  const redis = new Redis(redisUrl, { commandTimeout: 30_000 });
  const jobs = createProducer({ redis, timeoutMs: 30_000 });
  await jobs.enqueue(syncMailbox, { mailboxId });
  await jobs.close();
  redis.disconnect();
  return mailboxId;
}

async function startWorker(env: NodeJS.ProcessEnv): Promise<RunningProcess> {
  const port = await freePort();
  return startProcess({
    command: process.execPath,
    args: serviceArgs('gmail-worker', { built: true }),
    cwd: root,
    env: { ...serviceEnv, ...env, ADMIN_PORT: String(port), LOG_LEVEL: 'info' },
    readyWhen: (output) => output.includes('service started'),
    readyWithinMs: 120_000,
  });
}
