import { Redis } from 'ioredis';

/** Every key of a Redis database and all that is kept under it, as texts. */
export async function stringsIn(url: string): Promise<string[]> {
  const redis = new Redis(url, { commandTimeout: 5_000 });
  const found: string[] = [];
  for await (const keys of redis.scanStream({ count: 500 })) {
    for (const key of keys as string[]) found.push(key, JSON.stringify(await valueOf(redis, key)));
  }
  redis.disconnect();
  return found;
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  const kind = await redis.type(key);
  const read: Record<string, () => Promise<unknown>> = {
    string: () => redis.get(key),
    list: () => redis.lrange(key, 0, -1),
    set: () => redis.smembers(key),
    zset: () => redis.zrange(key, '0', '-1', 'WITHSCORES'),
    hash: () => redis.hgetall(key),
    stream: () => redis.xrange(key, '-', '+'),
  };
  return read[kind]?.();
}
