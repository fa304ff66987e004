// A gateway as a process, with a Postgres and a Redis of this run, and users who are signed in.
import { createDb, migrateDatabase, newId } from '@finito/db';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createSessions } from '../../services/gateway/src/sessions.ts';
import { encryptionKey, secret, startGateway } from '../../services/gateway/test/running-gateway.ts';
import type { RunningGateway } from '../../services/gateway/test/running-gateway.ts';
import { ownPostgres, ownRedis } from '../kit/servers.ts';

export type Stage = Awaited<ReturnType<typeof aStage>>;

export async function aStage(settings: Record<string, string> = {}) {
  await using started = new AsyncDisposableStack();
  const postgres = await ownPostgres(false);
  started.defer(() => postgres.remove());
  await migrateDatabase(postgres.url);
  const redis = await ownRedis();
  started.defer(() => redis.remove());
  const db = createDb({ url: postgres.url, encryptionKeys: new Map([['k1', encryptionKey]]) });
  started.defer(() => db.close());
  const pool = new Pool({ connectionString: postgres.url, max: 2 });
  started.defer(() => pool.end());
  const watcher = new Redis(redis.url, { commandTimeout: 5_000 });
  watcher.on('error', () => undefined); // Redis is killed here now and then
  started.defer(() => watcher.disconnect());
  const sessions = createSessions({ secret, isHttps: false, hours: 24 });
  const gateways: RunningGateway[] = [];
  started.defer(async () => {
    await Promise.all(gateways.map(({ process: { stop } }) => stop({ signal: 'SIGKILL' })));
  });
  const running = started.move();
  return {
    ...{ postgres, redis, db, pool, gateways },
    async startGateway(own: Record<string, string> = {}): Promise<RunningGateway> {
      const urls = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
      const gateway = await startGateway({ ...urls, ...settings, ...own });
      gateways.push(gateway);
      return gateway;
    },
    /** Users without a mailbox, by their cookies. */
    async users(count: number): Promise<{ id: string; cookie: string }[]> {
      const ids = Array.from({ length: count }, () => newId('usr'));
      await pool.query(
        `INSERT INTO users (id, google_subject, email_address) SELECT id, id, id || '@example.com' FROM unnest($1::text[]) id`,
        [ids],
      );
      return Promise.all(ids.map(async (id) => ({ id, cookie: (await sessions.start(id)).split(';')[0]! })));
    },
    /** Commands that Redis was asked, those of scripts within it not counted. */
    async redisCalls(): Promise<number> {
      const stats = await watcher.info('commandstats');
      const calls = [...stats.matchAll(/^cmdstat_(evalsha|eval|get|set|xadd|xread|xrevrange):calls=(\d+)/gm)];
      return calls.reduce((total, [, , count]) => total + Number(count), 0);
    },
    close: () => running.disposeAsync(),
  };
}

export const portOf = ({ origin }: { origin: string }) => Number(new URL(origin).port);
