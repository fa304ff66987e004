import type { RateClass } from '@finito/api';
import type { Redis } from 'ioredis';
import { createSharedWindows } from './shared-windows.ts';
import { createSlidingWindows, remember } from './sliding-windows.ts';
import type { WindowCount } from './sliding-windows.ts';

export interface RateDecision {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** When the oldest request that counts leaves the window: epoch seconds, rounded up. */
  resetAt: number;
  /** 0 when allowed. */
  retryAfterMs: number;
  /** Who counted: Redis for all processes, or this one while Redis is away. */
  counter: 'redis' | 'local';
}

export interface RateLimiter {
  /** Answers within 50 ms also when Redis does not, and never throws. */
  consume(rateClass: RateClass, key: string): Promise<RateDecision>;
}

export interface RateLimiterOptions {
  /** Of role `counter`. */
  redis: Redis;
  /** Admitted per key and minute. */
  limits: Record<RateClass, number>;
  /** What holds instead, if anything; it may change at any moment. */
  limitFor?: (rateClass: RateClass, key: string) => number | undefined;
  prefix?: string;
  /** A minute unless told. */
  windowMs?: number;
  /** How long Redis may take to answer: 40 ms unless told. */
  deadlineMs?: number;
}

const minuteMs = 60_000;
const maxKeys = 10_000;

/**
 * Admits exactly `limits` requests per key in any 60 s, over all processes (a fixed window lets twice as many through
 * at its edge). While Redis is away, and until what was counted then has left the window, each process also counts
 * for itself and admits its share: all together they never admit more than twice the limit.
 */
export function createRateLimiter({
  redis,
  limits,
  limitFor = () => undefined,
  // The braces keep all windows in one slot of a Redis Cluster: one script counts many of them.
  prefix = '{finito-rate}:',
  windowMs = minuteMs,
  deadlineMs = 40,
}: RateLimiterOptions): RateLimiter {
  const shared = createSharedWindows(redis, { prefix, windowMs, deadlineMs });
  const own = createSlidingWindows({ windowMs, maxKeys });
  /** Until when Redis will say no, whoever asks: needs no round trip. */
  const blocked = new Map<string, { limit: number; until: number }>();

  return {
    async consume(rateClass, key) {
      const limit = limitFor(rateClass, key) ?? limits[rateClass];
      const name = `${rateClass}:${key}`;
      const block = blocked.get(name);
      const blockedMs = block?.limit === limit ? block.until - performance.now() : 0;
      if (blockedMs > 0) {
        return decide(limit, { allowed: false, count: limit, resetMs: blockedMs }, 'redis');
      }

      const countHere = () => own.take(name, Math.max(1, Math.floor(limit / shared.processes())));
      shared.wake();
      const counted = shared.isSound() ? undefined : countHere();
      if (counted && !counted.allowed) return decide(limit, counted, 'local');

      const answer = await shared.take(name, limit);
      if (!answer) return decide(limit, counted ?? countHere(), 'local');
      if (!answer.allowed) {
        remember(blocked, name, { limit, until: performance.now() + answer.resetMs }, maxKeys);
      }
      return decide(limit, answer, 'redis');
    },
  };
}

function decide(
  limit: number,
  { allowed, count, resetMs }: WindowCount,
  counter: RateDecision['counter'],
): RateDecision {
  return {
    allowed,
    limit,
    remaining: allowed ? Math.max(0, limit - count) : 0,
    resetAt: Math.ceil((Date.now() + resetMs) / 1_000),
    retryAfterMs: allowed ? 0 : Math.max(1, Math.ceil(resetMs)),
    counter,
  };
}

/**
 * `X-RateLimit-*` as many clients read them, and the IETF fields (draft-ietf-httpapi-ratelimit-headers-10); as name,
 * value, name, value ….
 */
export function rateLimitHeaders(
  { limit, remaining, resetAt }: RateDecision,
  rateClass: RateClass,
): string[] {
  const resetSeconds = Math.max(0, Math.ceil(resetAt - Date.now() / 1_000));
  return [
    'X-RateLimit-Limit',
    String(limit),
    'X-RateLimit-Remaining',
    String(remaining),
    'X-RateLimit-Reset',
    String(resetAt),
    'RateLimit-Policy',
    `"${rateClass}";q=${limit};w=${minuteMs / 1_000}`,
    'RateLimit',
    `"${rateClass}";r=${remaining};t=${resetSeconds}`,
  ];
}
