import type { RateClass, RateLimitOverride } from '@finito/api';
import type { Db } from '@finito/db';
import { NotFoundError } from '../errors.ts';
import type { Handlers } from '../handler.ts';
import type { RateLimitOverrides } from '../rate-limit-overrides.ts';

export interface RateLimitNeeds {
  db: Pick<Db, 'rateLimitOverrides' | 'users'>;
  /** As the settings say. */
  rateLimits: Record<RateClass, number>;
  rateLimitOverrides: Pick<RateLimitOverrides, 'refresh'>;
}

type RateLimitRoutes = 'listRateLimits' | 'overrideRateLimit' | 'endRateLimitOverride';

/** Limits that an operator changes for a while, in all gateways: the others know within two seconds. */
export function rateLimitRoutes({
  db,
  rateLimits,
  rateLimitOverrides,
}: RateLimitNeeds): Pick<Handlers, RateLimitRoutes> {
  return {
    async listRateLimits() {
      const items = await db.rateLimitOverrides.list();
      return { limits: rateLimits, items: items.map(overrideOf), nextCursor: null };
    },
    async overrideRateLimit({ body: { identity = '', ...body }, log }) {
      if (identity.startsWith('usr_') && !(await db.users.find(identity))) {
        throw new NotFoundError('no such user');
      }
      const override = await db.rateLimitOverrides.set({ ...body, identity });
      await rateLimitOverrides.refresh();
      const { id, rateClass, requestsPerMinute, expiresAt } = override;
      log.info({ id, rateClass, requestsPerMinute, expiresAt }, 'rate limit overridden');
      return overrideOf(override);
    },
    async endRateLimitOverride({ params: { id }, log }) {
      if (!(await db.rateLimitOverrides.end(id))) throw new NotFoundError('no such override');
      await rateLimitOverrides.refresh();
      log.info({ id }, 'override of a rate limit ended');
      return undefined;
    },
  };
}

function overrideOf({
  identity,
  createdAt,
  expiresAt,
  ...row
}: Awaited<ReturnType<Db['rateLimitOverrides']['set']>>): RateLimitOverride {
  return {
    ...row,
    rateClass: row.rateClass as RateClass,
    identity: identity === '' ? null : identity,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
