// Gateway and telemetry as processes of their own, on Postgres and Redis of this run.
import { join } from 'node:path';
import { createDb, migrateDatabase } from '@finito/db';
import { freePort, serviceArgs, serviceEnv, startProcess } from '@finito/testing';
import { freshServices } from '../../tools/local/src/fresh-build.ts';
import { ownPostgres, ownRedis } from '../kit/servers.ts';

const root = join(import.meta.dirname, '../..');
const nowhere = 'http://127.0.0.1:9';

export type Services = Awaited<ReturnType<typeof startServices>>;

export async function startServices() {
  await freshServices();
  await using started = new AsyncDisposableStack();
  const postgres = await ownPostgres(false);
  started.defer(() => postgres.remove());
  const redis = await ownRedis();
  started.defer(() => redis.remove());
  await migrateDatabase(postgres.url);
  const [port, gatewayAdmin, telemetryAdmin] = await Promise.all([freePort(), freePort(), freePort()]);
  const env = {
    ...serviceEnv,
    ...process.env,
    NODE_ENV: 'production',
    NODE_OPTIONS: '',
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    HOST: '127.0.0.1',
    PORT: String(port),
    NEXTAUTH_SECRET: 'a secret of the benchmarks alone',
    TOKEN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}`,
    HEALTH_API_KEY: 'health-key-of-the-benchmarks',
    GOOGLE_CLIENT_ID: 'client',
    GOOGLE_CLIENT_SECRET: 'secret',
    GMAIL_API_URL: nowhere,
    // Counted for each request, and never reached.
    RATELIMIT_GENERAL_LIMIT: '10000000',
  };
  const start = async (name: string, adminPort: number) => {
    const service = await startProcess({
      command: process.execPath,
      args: serviceArgs(name, { built: true }),
      cwd: root,
      env: { ...env, ADMIN_PORT: String(adminPort) },
      readyWhen: (output) => output.includes('service started'),
      readyWithinMs: 120_000,
    });
    started.defer(async () => void (await service.stop({ signal: 'SIGKILL' })));
    return { pid: service.pid, metricsUrl: `http://127.0.0.1:${adminPort}/metrics` };
  };
  const [gateway, telemetry] = await Promise.all([
    start('gateway', gatewayAdmin),
    start('telemetry', telemetryAdmin),
  ]);
  const db = createDb({ url: postgres.url, maxConnections: 1 });
  started.defer(() => db.close());
  const running = started.move();
  return {
    ...{ port, gateway, telemetry },
    redisPid: redis.pid(),
    /** Events in the totals that are saved. */
    async counted(): Promise<number> {
      const hours = await db.clientEventHours.list(new Date(Date.now() - 24 * 3_600_000));
      return hours.reduce((total, { totalEvents }) => total + totalEvents, 0);
    },
    close: () => running.disposeAsync(),
  };
}
