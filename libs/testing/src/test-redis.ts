import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { dockerAnswers } from './docker.ts';
import { freePort } from './ports.ts';
import { findRedis } from './redis-binary.ts';
import { startRedisServer } from './redis-server.ts';
import { redisInContainer } from './redis-container.ts';

/** A Redis server of one's own that can be hurt. */
export interface TestRedis {
  readonly url: string;
  /** Empties every database. */
  flush(): Promise<void>;
  /** Freezes the process: connections stay open, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** As kill -9. */
  kill(): Promise<void>;
  /** Starts it again on the same port after `kill`, or kills it first. What it remembers depends on `durable`. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestRedisOptions {
  /** Whether data outlives `kill`: an append-only file. Default false. */
  durable?: boolean;
}

/**
 * A Redis server for this caller alone, in about 50 ms; in a container where a Docker engine answers.
 * A test that only needs keys of its own takes `testRedis`.
 */
export async function startTestRedis({ durable = false }: TestRedisOptions = {}): Promise<TestRedis> {
  return (await dockerAnswers()) ? redisInContainer(durable) : embedded(durable);
}

/**
 * An own, empty numbered database on the Redis of the test run (TEST_REDIS_URL, set by jest's global setup).
 * Pub/sub channels are common to all databases: a test that publishes under fixed names takes `startTestRedis`.
 */
export async function testRedis(): Promise<{ url: string; flush(): Promise<void>; stop(): Promise<void> }> {
  const shared = process.env['TEST_REDIS_URL'];
  if (!shared)
    throw new Error(
      'TEST_REDIS_URL is not set: run under jest with its global setup, or take startTestRedis',
    );
  const database = await withRedis(shared, async (redis) => {
    const [, count] = (await redis.config('GET', 'databases')) as [string, string];
    return 1 + ((await redis.incr('finito-test-databases')) % (Number(count) - 1));
  });
  const url = new URL(shared);
  url.pathname = `/${database}`;
  const flush = () => withRedis(url.href, async (redis) => void (await redis.flushdb()));
  await flush();
  return { url: url.href, flush, stop: flush };
}

async function embedded(durable: boolean): Promise<TestRedis> {
  const binary = await findRedis();
  const dataDir = mkdtempSync(join(tmpdir(), 'finito-redis-'));
  const options = { dataDir, port: await freePort(), durable, binary };
  let server = await startRedisServer(options);
  const kill = async () => void (await server.process.stop({ signal: 'SIGKILL' }));
  return {
    url: server.url,
    flush: () => flushAll(server.url),
    pause: async () => server.process.signal('SIGSTOP'),
    resume: async () => server.process.signal('SIGCONT'),
    kill,
    async restart() {
      await kill();
      server = await startRedisServer(options);
    },
    async stop() {
      await kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function flushAll(url: string): Promise<void> {
  return withRedis(url, async (redis) => void (await redis.flushall()));
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, commandTimeout: 5_000 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
