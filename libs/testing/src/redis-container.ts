import { Redis } from 'ioredis';
import { freePort } from './ports.ts';
import type { TestRedis } from './test-redis.ts';
import { until } from './until.ts';

/** The container's port is fixed on this side, so that the address outlives a restart. */
export async function redisInContainer(durable: boolean): Promise<TestRedis> {
  const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers');
  const port = await freePort();
  const container = await new GenericContainer('redis:7-alpine')
    .withCommand(['redis-server', '--databases', '512', '--save', '', '--appendonly', durable ? 'yes' : 'no'])
    .withExposedPorts({ container: 6379, host: port })
    .start();
  const url = `redis://${container.getHost()}:${port}`;
  const engine = (await getContainerRuntimeClient()).container.getById(container.getId());
  return {
    url,
    flush: () => ask(url, async (redis) => void (await redis.flushall())),
    pause: async () => void (await engine.pause()),
    resume: async () => void (await engine.unpause()),
    kill: async () => void (await engine.kill()),
    async restart() {
      await engine.kill().catch(() => undefined);
      await engine.start();
      await until(() => ask(url, (redis) => redis.ping()), {
        message: 'the Redis container to answer again',
      });
    },
    stop: async () => void (await container.stop()),
  };
}

async function ask<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, commandTimeout: 2_000 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
