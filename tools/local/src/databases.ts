import { join } from 'node:path';
import { startPostgresServer, startRedisServer } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import type { Ports } from './choose-ports.ts';
import type { Crew } from './crew.ts';
import type { Progress } from './progress.ts';
import type { RunLock } from './run-lock.ts';
import type { Secrets } from './secrets.ts';
import type { LocalSettings } from './settings.ts';
import type { Launched } from './supervised.ts';

export interface DatabasesOptions {
  settings: LocalSettings;
  secrets: Secrets;
  ports: Ports;
  crew: Crew;
  lock: RunLock;
  progress: Progress;
}

/** Postgres with its data below the data directory, or the one of DATABASE_URL; gives its address. */
export async function startPostgres({ settings, secrets, ports, crew, lock, progress }: DatabasesOptions) {
  if (settings.databaseUrl !== undefined) {
    progress.done('Postgres', 'the one of DATABASE_URL');
    return settings.databaseUrl;
  }
  let url = '';
  await crew.run('postgres', 'postgres', async (log) => {
    const server = await startPostgresServer({
      dataDir: join(settings.dataDir, 'postgres'),
      port: ports.postgres,
      password: secrets.databasePassword,
      log: progress.note,
      detached: true,
    });
    url = server.url;
    lock.add({ pid: server.process.pid, marker: server.dataDir, signal: 'SIGINT' });
    return launched(server.process, log, 'SIGINT');
  });
  progress.done('Postgres', `127.0.0.1:${ports.postgres}`);
  return url;
}

/** Redis with an append-only file below the data directory, or the one of REDIS_URL; gives its address. */
export async function startRedis({ settings, secrets, ports, crew, lock, progress }: DatabasesOptions) {
  if (settings.redisUrl !== undefined) {
    progress.done('Redis', 'the one of REDIS_URL');
    return settings.redisUrl;
  }
  let url = '';
  await crew.run('redis', 'redis', async (log) => {
    const server = await startRedisServer({
      dataDir: join(settings.dataDir, 'redis'),
      port: ports.redis,
      password: secrets.redisPassword,
      durable: true,
      log: progress.note,
      detached: true,
    });
    url = server.url;
    lock.add({ pid: server.process.pid, marker: `127.0.0.1:${ports.redis}`, signal: 'SIGTERM' });
    return launched(server.process, log, 'SIGTERM');
  });
  progress.done('Redis', `127.0.0.1:${ports.redis}, append-only file`);
  return url;
}

function launched(
  server: RunningProcess,
  log: { write(chunk: string): void },
  signal: NodeJS.Signals,
): Launched {
  log.write(server.output());
  for (const stream of [server.child.stdout, server.child.stderr])
    stream?.on('data', (chunk) => log.write(`${chunk}`));
  return {
    pid: server.pid,
    exited: server.exited,
    ready: Promise.resolve(),
    stop: async (withinMs) => void (await server.stop({ signal, withinMs })),
  };
}
