// Everything a reader meets, as processes of their own: simulator, Postgres, Redis, gateway, worker, the built page.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { migrateDatabase } from '@finito/db';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { SimulatorAccount } from '@finito/gmail-simulator';
import { createTestDatabase, freePort, startProcess, startTestRedis } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';

const root = join(import.meta.dirname, '..');
/** A minute of quota passes in three seconds, for the simulator and for the worker alike. */
const timeFactor = 20;

export type RunningStack = Awaited<ReturnType<typeof startStack>>;

export async function startStack(accounts: SimulatorAccount[]) {
  await using started = new AsyncDisposableStack();
  const [simulator, database, redis] = await Promise.all([
    startGmailSimulator({ accounts, timeFactor }),
    createTestDatabase({ key: 'finito', migrate: async (url) => void (await migrateDatabase(url)) }),
    startTestRedis(),
    buildPage(),
  ]);
  started.defer(() => database.drop());
  started.defer(() => redis.stop());
  started.defer(() => simulator.close());
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    ...simulator.endpoints,
    NODE_OPTIONS: '',
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PUBLIC_URL: url,
    PORT: String(port),
    HOST: '127.0.0.1',
    NEXTAUTH_SECRET: 'a secret of the end-to-end tests alone',
    TOKEN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 3).toString('base64')}`,
    HEALTH_API_KEY: 'health-key-of-the-end-to-end-tests',
    GOOGLE_CLIENT_ID: simulator.clientId,
    GOOGLE_CLIENT_SECRET: simulator.clientSecret,
    SIMULATOR_URL: simulator.url,
    GMAIL_QUOTA_TIME_FACTOR: String(timeFactor),
    SYNC_POLL_SECONDS: '1',
  };
  const services = ['gateway', 'gmail-worker'].map(async (name) => {
    const service = await startService(name, env);
    started.defer(async () => void (await service.stop()));
  });
  for (const outcome of await Promise.allSettled(services)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  const running = started.move();
  return { url, simulator, close: () => running.disposeAsync() };
}

async function startService(name: string, env: NodeJS.ProcessEnv): Promise<RunningProcess> {
  return startProcess({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(root, 'services', name, 'src', 'main.ts')],
    env: { ...env, ADMIN_PORT: String(await freePort()) },
    readyWhen: (output) => output.includes('service started'),
    readyWithinMs: 60_000,
  });
}

/** `npm test` has built it before; who runs these tests alone need not think of it. */
async function buildPage(): Promise<void> {
  const web = join(root, 'web');
  if (statSync(join(web, 'dist', 'index.html'), { throwIfNoEntry: false })) return;
  const vite = dirname(createRequire(join(web, 'package.json')).resolve('vite/package.json'));
  const build = await startProcess({
    command: process.execPath,
    args: [join(vite, 'bin', 'vite.js'), 'build'],
    cwd: web,
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' },
  });
  await build.expectExit(0, 60_000);
}
