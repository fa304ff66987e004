import type { RateClass } from '@finito/api';
import type { Db, RateLimitOverride } from '@finito/db';
import type { Log } from '@finito/service-kit';
import { addressKey, userKey } from './caller-key.ts';
import type { GatewayMetrics } from './metrics.ts';

export interface RateLimitOverrides {
  /** What holds instead of the setting for this caller, if anything. */
  limitFor(rateClass: RateClass, callerKey: string): number | undefined;
  /** Reads the table now, for whoever has just changed it. */
  refresh(): Promise<void>;
  stop(): void;
}

const everyMs = 2_000;

/**
 * The overrides of rate limits as all gateways have them: each reads the table every two seconds. While Postgres is
 * away, those read last hold until they expire.
 */
export function createRateLimitOverrides({
  db,
  metrics,
  log,
}: {
  db: Pick<Db, 'rateLimitOverrides'>;
  metrics: Pick<GatewayMetrics, 'rateOverrides'>;
  log: Log;
}): RateLimitOverrides {
  let held = new Map<string, { limit: number; expiresAt: number }>();
  let isAway = false;

  async function refresh(): Promise<void> {
    try {
      const listed = await db.rateLimitOverrides.list();
      held = new Map(listed.map(entryOf));
      isAway = false;
      metrics.rateOverrides(listed.length);
    } catch (err) {
      if (!isAway) log.warn({ err }, 'overrides of rate limits could not be read');
      isAway = true;
    }
  }

  const find = (key: string) => {
    const override = held.get(key);
    return override && override.expiresAt > Date.now() ? override.limit : undefined;
  };
  const timer = setInterval(() => void refresh(), everyMs);
  void refresh();
  return {
    limitFor(rateClass, callerKey) {
      if (held.size === 0) return undefined;
      return find(`${rateClass} ${callerKey}`) ?? find(`${rateClass} `);
    },
    refresh,
    stop: () => clearInterval(timer),
  };
}

function entryOf({ rateClass, identity, requestsPerMinute, expiresAt }: RateLimitOverride) {
  const callerKey =
    identity === '' ? '' : identity.startsWith('usr_') ? userKey(identity) : addressKey(identity);
  return [`${rateClass} ${callerKey}`, { limit: requestsPerMinute, expiresAt: expiresAt.getTime() }] as const;
}
