import { Cluster, Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { Log } from './log.ts';
import { clusterOptions, sentinelOptions } from './redis-address.ts';
import type { RedisAddress } from './redis-address.ts';

/**
 * What a connection is for, which decides how long its commands may take. No role shares a connection with another.
 * - `request`: somebody waits for an HTTP answer. A command has 50 ms, and fails at once while Redis is away.
 * - `counter`: as `request`, but the caller keeps the deadline, which a busy event loop must not trip (a command's own
 *   timer fires before its answer is read): a command has 1 s.
 * - `producer`: enqueues jobs. A command has 500 ms; a timeout means "unknown", the command may still be carried out.
 * - `worker`: waits for jobs or reads streams with BLOCK. Commands wait until Redis is back; a connection that stays
 *   silent for 30 s with a command pending is replaced.
 */
export type RedisRole = 'request' | 'counter' | 'producer' | 'worker';

/**
 * A connection that reports its faults to the log (one line per outage) and reconnects for ever: to one server, to the
 * one that Sentinels name, or to a Cluster. A Cluster knows the same commands, so it passes as a Redis; what touches
 * several keys at once needs them under one hash tag (`{…}`).
 */
export function createRedis(
  address: string | RedisAddress,
  { role, log }: { role: RedisRole; log: Log },
): Redis {
  const redis = connect(typeof address === 'string' ? { redisUrl: address } : address, role);
  let down = false;
  redis.on('error', (err: unknown) => {
    if (!down) log.warn({ err, role }, 'redis is away');
    down = true;
  });
  redis.on('ready', () => {
    if (down) log.info({ role }, 'redis is back');
    down = false;
  });
  return redis;
}

function connect(address: RedisAddress, role: RedisRole): Redis {
  const options = { ...forEveryRole, ...byRole[role] };
  if (address.redisCluster) {
    const { nodes, options: ofCluster } = clusterOptions(address, options);
    return new Cluster(nodes, { ...ofCluster, clusterRetryStrategy: nextTryMs }) as unknown as Redis;
  }
  if (address.redisSentinels?.length)
    return new Redis({
      ...sentinelOptions(address),
      sentinelRetryStrategy: nextTryMs,
      ...options,
    });
  return new Redis(address.redisUrl, options);
}

const forEveryRole: RedisOptions = {
  connectTimeout: 2_000,
  keepAlive: 10_000,
  retryStrategy: nextTryMs,
};

function nextTryMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), 2_000) * (0.5 + Math.random() / 2);
}

const onRequestPath: RedisOptions = {
  socketTimeout: 5_000,
  enableOfflineQueue: false,
  enableAutoPipelining: true,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 1,
};

// A frozen Redis answers nothing and closes nothing: only these timeouts end a command then.
const byRole: Record<RedisRole, RedisOptions> = {
  request: { ...onRequestPath, commandTimeout: 50 },
  // Its one caller gathers what goes together by itself.
  counter: { ...onRequestPath, enableAutoPipelining: false, commandTimeout: 1_000 },
  producer: { commandTimeout: 500, socketTimeout: 5_000, maxRetriesPerRequest: 1 },
  // BullMQ refuses a blocking connection that gives up on commands, and a command timeout would cut blocking reads.
  worker: { socketTimeout: 30_000, maxRetriesPerRequest: null },
};
