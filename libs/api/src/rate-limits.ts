import { z } from 'zod';
import { userId } from './ids.ts';
import { moment, safeText } from './text.ts';

const rateClass = z.enum(['general', 'auth', 'sync', 'health']);
const perMinute = z.number().int().min(1).max(10_000_000);

/** Another limit for a while: of one caller, or without `identity` of each one. In place of one for the same. */
export const rateLimitBody = z.strictObject({
  rateClass,
  /** The id of a user, or the address of callers who prove nothing. Of IPv6 its network of 64 bits is meant. */
  identity: z.union([z.ipv4(), z.ipv6(), userId]).optional(),
  requestsPerMinute: perMinute,
  /** At most a week: what is to last belongs in the settings. */
  expiresInSeconds: z.number().int().min(1).max(604_800),
  reason: safeText(200).default(''),
});

export const rateLimitOverride = z.object({
  id: z.string(),
  rateClass,
  /** Null: each caller. */
  identity: z.string().nullable(),
  requestsPerMinute: z.number().int(),
  reason: z.string(),
  createdAt: moment,
  expiresAt: moment,
});

/** `limits`: what the settings say; `items`: what holds instead for a while. */
export const rateLimits = z.object({
  limits: z.record(rateClass, z.number().int()),
  items: z.array(rateLimitOverride),
  nextCursor: z.string().nullable(),
});

export const rateLimitId = z.string().regex(/^rlo_[a-z0-9]{16}$/);

export type RateLimitOverride = z.infer<typeof rateLimitOverride>;
