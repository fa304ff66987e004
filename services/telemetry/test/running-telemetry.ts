// Telemetry as processes of their own, against real Postgres and Redis.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createDb, migrateDatabase } from '@finito/db';
import { createProducer, ingestClientEvents } from '@finito/jobs';
import type { ClientEvent, CountedBatch, Payload } from '@finito/jobs';
import { createTestDatabase, freePort, startProcess, startTestRedis, until } from '@finito/testing';
import { Redis } from 'ioredis';
import { Pool } from 'pg';

const root = join(import.meta.dirname, '../../..');

type Sent = Payload<typeof ingestClientEvents>;
export type Batch = Extract<Sent, { events: ClientEvent[] }>;

export function aBatch(changes: Partial<Batch> = {}): Batch {
  return {
    batchId: randomUUID(),
    receivedAt: Date.now(),
    clientKey: 'client-1',
    events: [anEvent()],
    ...changes,
  };
}

export function anEvent(
  type: ClientEvent['type'] = 'gmail_request',
  details: ClientEvent['details'] = { operation: 'messages.get', latency: 120 },
  timestamp = Date.now() - 1,
): ClientEvent {
  return { type, timestamp, details };
}

export async function aWorld(settings: Record<string, string> = {}) {
  const database = await createTestDatabase({
    key: 'finito',
    migrate: async (url) => void (await migrateDatabase(url)),
  });
  const redisServer = await startTestRedis();
  const db = createDb({ url: database.url });
  const pool = new Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined);
  const redis = new Redis(redisServer.url, { commandTimeout: 10_000 });
  redis.on('error', () => undefined);
  const jobs = createProducer({ redis, timeoutMs: 10_000 });
  const processes: Awaited<ReturnType<typeof startProcess>>[] = [];

  return {
    db,
    pool,
    redis,
    redisServer,
    jobs,
    send: (batch: Batch | { batches: CountedBatch[] }) => jobs.enqueue(ingestClientEvents, batch),
    async start(own: Record<string, string> = {}) {
      const port = await freePort();
      const process_ = await startProcess({
        command: process.execPath,
        args: [join(root, 'services/telemetry/src/main.ts')],
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          DATABASE_URL: database.url,
          REDIS_URL: redisServer.url,
          ADMIN_PORT: String(port),
          CLIENT_EVENTS_SNAPSHOT_SECONDS: '1',
          QUEUE_METRICS_SECONDS: '1',
          ...settings,
          ...own,
        },
        readyWhen: (output) => output.includes('service started'),
        readyWithinMs: 40_000,
      });
      processes.push(process_);
      const get = async (path: string) => {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`);
        return { status: answer.status, text: await answer.text() };
      };
      return { process: process_, get };
    },
    listed: () => db.clientEventHours.list(new Date(Date.now() - 24 * 3_600_000)),
    async total() {
      return (await this.listed()).reduce((total, { totalEvents }) => total + totalEvents, 0);
    },
    /** All batches were handled, and none failed. */
    async untilIdle() {
      await until(
        async () => {
          const { waiting, active, delayed } = await jobs.counts(ingestClientEvents);
          return waiting + active + delayed === 0;
        },
        { timeoutMs: 20_000, message: 'batches are left' },
      );
    },
    async close() {
      await Promise.all(processes.map((each) => each.stop({ signal: 'SIGKILL' }).catch(() => undefined)));
      await jobs.close();
      redis.disconnect();
      await db.close();
      await pool.end();
      await redisServer.stop();
      await database.drop();
    },
  };
}

/** A sample of a metric as it stands on the page of a scrape; undefined when it is not there. */
export function sampleIn(page: string, series: string): number | undefined {
  const line = page.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
