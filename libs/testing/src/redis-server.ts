import { mkdirSync } from 'node:fs';
import { Redis } from 'ioredis';
import { LocalServerError } from './errors.ts';
import { freePort, isPortFree, portHolder } from './ports.ts';
import { findRedis } from './redis-binary.ts';
import type { RedisBinary } from './redis-binary.ts';
import { startProcess } from './start-process.ts';
import type { RunningProcess } from './start-process.ts';
import { until } from './until.ts';

export interface RedisServerOptions {
  /** Made when missing; kept. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  password?: string;
  /** true: append-only file, forced to disk each second, read again at the next start. Default false: memory only. */
  durable?: boolean;
  /** Further lines of redis.conf. */
  settings?: readonly string[];
  log?: (line: string) => void;
  /** Out of reach of a Ctrl-C in the terminal, for a caller that stops it in its own order; default false. */
  detached?: boolean;
  /** Reading a large append-only file takes its time; default 30,000 ms. */
  readyWithinMs?: number;
  /** Where the program is looked for; default: wherever `findRedis` finds it. */
  binary?: RedisBinary;
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly process: RunningProcess;
  stop(): Promise<void>;
}

/**
 * Runs a Redis of our own on 127.0.0.1 that evicts nothing (a job that was evicted is a job lost).
 * @throws LocalServerError when the port is taken, no Redis can be had, or it does not come up in time.
 */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  const { password, readyWithinMs = 30_000 } = options;
  const binary = options.binary ?? (await findRedis({ log: options.log }));
  const port = await usablePort(options.port);
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const running = await startProcess({
    command: binary.command,
    args: ['-'],
    env: { ...process.env, ...binary.env },
    cwd: options.dataDir,
    detached: options.detached,
    // The settings go through standard input: what stands on the command line can be read by every user.
    input: settings(options, port).join('\n'),
  });
  const url = `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`;
  try {
    await comesUp(url, running, readyWithinMs);
  } catch (error) {
    await running.stop({ signal: 'SIGKILL' });
    const said = running.output().trimEnd().split('\n').slice(-6).join('\n');
    throw new LocalServerError(`Redis on port ${port} did not come up. It said:\n${said}`, { cause: error });
  }
  const stop = async () => void (await running.stop());
  return { url, port, process: running, stop };
}

function settings(
  { dataDir, password, durable = false, settings: own = [] }: RedisServerOptions,
  port: number,
): string[] {
  const general = [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir "${dataDir.replaceAll('"', '\\"')}"`,
    'daemonize no',
    'databases 512',
    'maxmemory-policy noeviction',
    'save ""',
  ];
  const persistence = durable
    ? ['appendonly yes', 'appendfsync everysec', 'aof-load-truncated yes']
    : ['appendonly no'];
  return [
    ...general,
    ...persistence,
    ...own,
    ...(password === undefined ? [] : [`requirepass ${password}`]),
    '',
  ];
}

async function usablePort(wanted: number | undefined): Promise<number> {
  if (wanted === undefined) return freePort();
  if (await isPortFree(wanted)) return wanted;
  const holder = (await portHolder(wanted)) ?? 'another process';
  throw new LocalServerError(`Port ${wanted}, meant for Redis, is taken by ${holder}`);
}

async function comesUp(url: string, running: RunningProcess, withinMs: number): Promise<void> {
  let ended: number | undefined;
  void running.exited.then((code) => (ended = code));
  const message = 'Redis to answer';
  await until(() => ended !== undefined || answers(url), { timeoutMs: withinMs, everyMs: 15, message });
  if (ended !== undefined) throw new Error(`Redis ended with code ${ended}`);
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
    // ioredis waits two seconds for the end of a connection that never was, and the process with it.
    disconnectTimeout: 50,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } finally {
    redis.disconnect();
  }
}
