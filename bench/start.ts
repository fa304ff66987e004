// How long a service takes as the image has it from its start until it listens, and what it holds in memory when it has
// nothing to do.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrateDatabase } from '@finito/db';
import { findDebianLibrary, freePort, serviceArgs, serviceEnv, startProcess } from '@finito/testing';
import { freshServices } from '../tools/local/src/fresh-build.ts';
import { cpuMsOf, rssMbOf } from './kit/cpu.ts';
import { median } from './kit/median.ts';
import type { Kit, Result, Row } from './kit/program.ts';
import { row } from './kit/rows.ts';
import { ownPostgres, ownRedis } from './kit/servers.ts';

export const options = {
  /** Starts of each service that are counted, after one that is not. */
  rounds: 5,
};

const root = join(import.meta.dirname, '..');
const idleMs = 3_000;
const goals = [
  { service: 'gateway', listensMs: 200 },
  { service: 'gmail-worker', listensMs: 350 },
];

export async function benchStart(kit: Kit): Promise<Result> {
  await freshServices();
  const postgres = await ownPostgres(false);
  const redis = await ownRedis();
  const cache = mkdtempSync(join(tmpdir(), 'finito-bench-'));
  try {
    await migrateDatabase(postgres.url);
    // The image has it for the gateway alone.
    const allocator = { LD_PRELOAD: await findDebianLibrary('libjemalloc2', 'libjemalloc.so.2') };
    const env = environment({ DATABASE_URL: postgres.url, REDIS_URL: redis.url, NODE_COMPILE_CACHE: cache });
    const rows: Row[] = [];
    for (const { service, listensMs } of goals) {
      const starts: Started[] = [];
      for (let round = 0; round <= kit.options['rounds']!; round += 1) {
        kit.signal.throwIfAborted();
        // Who may write to it adds what else was compiled; in the image nobody may.
        rmSync(cache, { recursive: true, force: true });
        cpSync(join(root, 'dist/compile-cache'), cache, { recursive: true });
        kit.progress(`${service}: start ${round} of ${kit.options['rounds']}`);
        const started = await startOnce(service, service === 'gateway' ? { ...env, ...allocator } : env);
        if (round > 0) starts.push(started);
      }
      const of = (what: keyof Started) => median(starts.map((started) => started[what]));
      rows.push(
        row('W1', `${service}: from its start to listening`, of('listensMs'), 'ms', { max: listensMs }),
        row('W1', '  of processor time', of('cpuMs'), 'ms'),
        row('W1', '  memory with nothing to do', of('idleMb'), 'MB', { max: 90 }),
      );
    }
    return { source: 'the compile cache that is built with them, empty Postgres and Redis', rows };
  } finally {
    rmSync(cache, { recursive: true, force: true });
    await redis.remove();
    await postgres.remove();
  }
}

interface Started {
  listensMs: number;
  cpuMs: number;
  idleMb: number;
}

async function startOnce(service: string, env: NodeJS.ProcessEnv): Promise<Started> {
  const ports = { PORT: String(await freePort()), ADMIN_PORT: String(await freePort()) };
  const began = performance.now();
  const running = await startProcess({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...serviceArgs(service, { built: true })],
    cwd: root,
    env: { ...env, ...ports },
    readyWhen: (output) => output.includes('service started'),
    readyWithinMs: 60_000,
  });
  const listensMs = performance.now() - began;
  const cpuMs = cpuMsOf(running.pid);
  await sleep(idleMs);
  const idleMb = rssMbOf(running.pid);
  await running.stop();
  return { listensMs, cpuMs, idleMb };
}

function environment(own: Record<string, string>): NodeJS.ProcessEnv {
  const secret = 'for-a-benchmark-on-this-machine-only';
  return {
    ...serviceEnv,
    ...process.env,
    ...own,
    NODE_ENV: 'production',
    NODE_OPTIONS: '',
    LOG_LEVEL: 'info',
    PUBLIC_URL: 'http://localhost:3001',
    GOOGLE_CLIENT_ID: 'bench',
    GOOGLE_CLIENT_SECRET: secret,
    NEXTAUTH_SECRET: secret,
    HEALTH_API_KEY: secret,
    ADMIN_API_KEY: secret,
    TOKEN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}`,
  };
}
