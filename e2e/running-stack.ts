// Everything a reader meets, as processes of their own: simulator, Postgres, Redis, and page, gateways and workers as
// they are built for the image.
import { join } from 'node:path';
import { migrateDatabase } from '@finito/db';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { SimulatorAccount } from '@finito/gmail-simulator';
import {
  createTestDatabase,
  freePort,
  serviceArgs,
  serviceEnv,
  startHaproxy,
  startPgBouncer,
  startProcess,
  startTestRedis,
  startTestRedisCluster,
  until,
} from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { freshPage, freshServices } from '../tools/local/src/fresh-build.ts';

const adminKey = 'admin-key-of-the-end-to-end-tests';
const root = join(import.meta.dirname, '..');
/** A minute of quota passes in three seconds, for the simulator and for the worker alike. */
const timeFactor = 20;

export type RunningStack = Awaited<ReturnType<typeof startStack>>;

/** How many processes of each kind there are, and what the databases are. */
export interface Shape {
  gateways: number;
  bulk: number;
  interactive: number;
  telemetry: number;
  /** A Redis Cluster of three nodes in place of one server. */
  redisCluster?: boolean;
  /** PgBouncer before Postgres, pooling by transaction; and lists read from a "replica". */
  pooled?: boolean;
  /** Where there is no run of tests with a Postgres of its own. */
  postgresUrl?: string;
  /** Of every process, beside the usual. */
  settings?: Record<string, string>;
}

/** As small as it can be; `npm run drills -- fleet` asks for many by E2E_SHAPE. */
export const usualShape: Shape = { gateways: 1, bulk: 1, interactive: 1, telemetry: 0 };
const shapes: Record<string, Shape> = {
  fleet: { gateways: 3, bulk: 2, interactive: 2, telemetry: 2 },
};

export async function startStack(
  accounts: SimulatorAccount[],
  shape = shapes[process.env['E2E_SHAPE'] ?? ''] ?? usualShape,
) {
  await using started = new AsyncDisposableStack();
  const [simulator, databases] = await Promise.all([
    startGmailSimulator({ accounts, timeFactor }),
    startDatabases(shape),
    freshPage(),
    freshServices(),
  ]);
  started.defer(() => databases.close());
  started.defer(() => simulator.close());
  const gateways = await Promise.all(Array.from({ length: shape.gateways }, twoPorts));
  const proxy = shape.gateways > 1 ? await startHaproxy(gateways) : undefined;
  if (proxy) started.defer(() => proxy.stop());
  const url = proxy?.url ?? `http://127.0.0.1:${gateways[0]!.port}`;
  const env = {
    ...process.env,
    ...simulator.endpoints,
    ...databases.settings,
    NODE_OPTIONS: '',
    NODE_ENV: 'test',
    PUBLIC_URL: url,
    HOST: '127.0.0.1',
    TRUST_PROXY: proxy ? '1' : '0',
    NEXTAUTH_SECRET: 'a secret of the end-to-end tests alone',
    TOKEN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 3).toString('base64')}`,
    HEALTH_API_KEY: 'health-key-of-the-end-to-end-tests',
    ADMIN_API_KEY: adminKey,
    GOOGLE_CLIENT_ID: simulator.clientId,
    GOOGLE_CLIENT_SECRET: simulator.clientSecret,
    SIMULATOR_URL: simulator.url,
    GMAIL_QUOTA_TIME_FACTOR: String(timeFactor),
    SYNC_POLL_SECONDS: '1',
    CLIENT_EVENTS_SNAPSHOT_SECONDS: '1',
    ...shape.settings,
  };
  const worker = (lane: string) => ['gmail-worker', { WORKER_LANE: lane }] as const;
  const wanted = [
    ...gateways.map(
      ({ port, adminPort }) => ['gateway', { PORT: String(port), ADMIN_PORT: String(adminPort) }] as const,
    ),
    ...Array.from({ length: shape.bulk }, () => worker('bulk')),
    ...Array.from({ length: shape.interactive }, () => worker('interactive')),
    ...Array.from({ length: shape.telemetry }, () => ['telemetry', {}] as const),
  ];
  const processes: RunningProcess[] = [];
  const services = wanted.map(async ([name, own]) => {
    const service = await startService(name, { ...env, ADMIN_PORT: String(await freePort()), ...own });
    processes.push(service);
    started.defer(async () => void (await service.stop()));
  });
  for (const outcome of await Promise.allSettled(services)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  // The proxy has its own view of who is ready, a moment later than they have.
  if (proxy) await until(async () => (await fetch(url)).status === 200, { timeoutMs: 20_000 });
  const running = started.move();
  return {
    url,
    adminKey,
    simulator,
    databases,
    processes,
    settings: env,
    close: () => running.disposeAsync(),
  };
}

async function twoPorts() {
  return { port: await freePort(), adminPort: await freePort() };
}

async function startDatabases({ redisCluster = false, pooled = false, postgresUrl }: Shape) {
  const migrate = async (url: string) => void (await migrateDatabase(url));
  const [database, redis] = await Promise.all([
    createTestDatabase({ key: 'finito', migrate, ...(postgresUrl && { serverUrl: postgresUrl }) }),
    redisCluster ? startTestRedisCluster() : startTestRedis(),
  ]);
  const pooler = pooled ? await startPgBouncer(database.url) : undefined;
  return {
    redis,
    database,
    settings: {
      DATABASE_URL: pooler?.url ?? database.url,
      ...(pooler && { DATABASE_READ_URL: pooler.url }),
      REDIS_URL: redis.url,
      REDIS_CLUSTER: redisCluster ? 'on' : 'off',
    },
    async close() {
      await Promise.all([pooler?.stop(), redis.stop()]);
      await database.drop();
    },
  };
}

async function startService(name: string, env: NodeJS.ProcessEnv): Promise<RunningProcess> {
  return startProcess({
    command: process.execPath,
    args: serviceArgs(name, { built: true }),
    cwd: root,
    env: { ...serviceEnv, ...env },
    readyWhen: (output) => output.includes('service started'),
    readyWithinMs: 60_000,
  });
}
