// Postgres and Redis of a run's own, which can be hurt.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startPostgresServer, startRedisServer } from '@finito/testing';
import type { PostgresServer, RedisServer } from '@finito/testing';
import { Redis } from 'ioredis';
import { Client } from 'pg';

export type OwnPostgres = Awaited<ReturnType<typeof ownPostgres>>;
export type OwnRedis = Awaited<ReturnType<typeof ownRedis>>;

/** A database of its own on each of two servers that another has, who removes them. The n-th of up to 15. */
export async function databasesOn(servers: { postgres: OwnPostgres; redis: OwnRedis }, n: number) {
  const url = new URL(servers.postgres.url);
  const client = new Client({ connectionString: url.href });
  await client.connect();
  await client.query(`CREATE DATABASE neighbour_${n}`);
  await client.end();
  url.pathname = `/neighbour_${n}`;
  const remove = async (): Promise<void> => undefined;
  return {
    postgres: { ...servers.postgres, url: url.href, remove },
    redis: { ...servers.redis, url: new URL(`/${n}`, servers.redis.url).href, remove },
  };
}

/** `durable`: what is committed outlives a crash. */
export async function ownPostgres(durable: boolean) {
  const dataDir = mkdtempSync(join(tmpdir(), 'finito-bench-'));
  const options = { dataDir, password: 'bench', durable, port: await freePort() };
  let server: PostgresServer = await startPostgresServer(options);
  return {
    url: server.url,
    pid: () => server.process.pid,
    /** As kill -9, and started again on the same data. */
    async crash(): Promise<void> {
      await server.process.stop({ signal: 'SIGKILL' });
      server = await startPostgresServer(options);
    },
    /** All of its processes: connections stay open, nothing is answered. */
    freeze: (): void => signalAll(server.process.pid, 'SIGSTOP'),
    thaw: (): void => signalAll(server.process.pid, 'SIGCONT'),
    async remove(): Promise<void> {
      await server.stop();
      for (const folder of [dataDir, server.dataDir]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The process first, so that it begins no other; then those that it has begun. */
function signalAll(pid: number, signal: NodeJS.Signals): void {
  process.kill(pid, signal);
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  // `kill` passes over one that has just ended.
  spawnSync('kill', [`-${signal}`, ...stdout.split('\n').filter(Boolean)]);
}

/** In memory only: after a crash it has forgotten everything. */
export async function ownRedis() {
  const dataDir = mkdtempSync(join(tmpdir(), 'finito-bench-'));
  const options = { dataDir, port: await freePort() };
  let server: RedisServer = await startRedisServer(options);
  return {
    url: server.url,
    pid: () => server.process.pid,
    async flush(): Promise<void> {
      const redis = new Redis(server.url, { commandTimeout: 5_000 });
      await redis.flushall();
      redis.disconnect();
    },
    async crash(): Promise<void> {
      await server.process.stop({ signal: 'SIGKILL' });
      server = await startRedisServer(options);
    },
    /** Connections stay open, nothing is answered. */
    freeze: (): void => server.process.signal('SIGSTOP'),
    thaw: (): void => server.process.signal('SIGCONT'),
    async remove(): Promise<void> {
      await server.process.stop({ signal: 'SIGKILL' });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
