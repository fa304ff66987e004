// One fetch of a message at a time in the whole fleet: jobs of several reasons may be about the same one. A claim that
// its holder leaves behind in dying ends by itself. With Redis away everybody may: a fetch too many is only units.
import type { createRedis } from '@finito/service-kit';

/** Longer than a call may take. */
const claimMs = 20_000;

export interface SingleFlight {
  /** `undefined` when another process is at it; else what was done. */
  run<T>(key: string, work: () => Promise<T>): Promise<{ done: T } | undefined>;
}

export function createSingleFlight({
  redis,
}: {
  redis: Pick<ReturnType<typeof createRedis>, 'set' | 'del'>;
}): SingleFlight {
  return {
    async run(key, work) {
      const name = `finito:content:${key}`;
      const claim = await redis.set(name, '1', 'PX', claimMs, 'NX').catch(() => 'away');
      if (claim === null) return undefined;
      try {
        return { done: await work() };
      } finally {
        if (claim === 'OK') await redis.del(name).catch(() => undefined);
      }
    },
  };
}
