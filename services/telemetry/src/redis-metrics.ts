// How Redis is set and how full it is: jobs need one that never evicts and that remembers. Looked at on an interval,
// so that a scrape waits for nobody.
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { TelemetryMetrics } from './metrics.ts';
import { redisStateFrom } from './redis-state.ts';

const deadlineMs = 2_000;

export function startRedisMetrics({
  redis,
  metrics,
  everyMs,
}: {
  redis: Pick<Redis, 'info'>;
  metrics: Pick<TelemetryMetrics, 'redis'>;
  everyMs: number;
}): { close(): void } {
  let isBusy = false;
  const look = async () => {
    if (isBusy) return;
    isBusy = true;
    const asked = Promise.all([redis.info('memory'), redis.info('persistence')]).catch(() => undefined);
    const info = await Promise.race([asked, wait(deadlineMs, undefined, { ref: false })]);
    metrics.redis(info && redisStateFrom(info.join('\n')));
    isBusy = false;
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  return { close: () => clearInterval(timer) };
}
