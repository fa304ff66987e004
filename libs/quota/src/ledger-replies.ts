import { z } from 'zod';
import type { AcquireRequest, AcquireResult, ProjectQuotaState, UserQuotaState } from './ledger-types.ts';
import type { QuotaProfile } from './profiles.ts';

const acquireShape = z.union([
  z.tuple([z.literal(1), z.string(), z.number(), z.coerce.number()]),
  z.tuple([z.literal(0), z.enum(['quota', 'cooldown', 'concurrency', 'project', 'day']), z.number()]),
]);

export function acquireReply(request: AcquireRequest, reply: unknown, grantTtlMs: number): AcquireResult {
  const parsed = acquireShape.parse(reply);
  if (parsed[0] === 0) return { granted: false, reason: parsed[1], retryInMs: parsed[2] };
  const [, id, units, day] = parsed;
  const { user, lane, permits = 1, weight = 1 } = request;
  return { granted: true, grant: { id, user, lane, units, permits, weight, day, expiresInMs: grantTtlMs } };
}

const stateShape = z.tuple([
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
]);

export function userStateReply(reply: unknown, profile: QuotaProfile, clock: () => number): UserQuotaState {
  const [windowUsed, permitsInUse, cooldownMs, , , dayUsed] = stateShape.parse(reply);
  return {
    windowUsed,
    windowLimit: profile.userUnitsPerMinute,
    cooldownUntil: cooldownMs === 0 ? null : clock() + cooldownMs,
    permitsInUse,
    day: { used: dayUsed, limit: profile.projectUnitsPerDay },
  };
}

export function projectStateReply(
  reply: unknown,
  profile: QuotaProfile,
  clock: () => number,
): ProjectQuotaState {
  const [, , , windowUsed, cooldownMs, dayUsed, waitingUsers] = stateShape.parse(reply);
  return {
    windowUsed,
    windowLimit: profile.projectUnitsPerMinute,
    cooldownUntil: cooldownMs === 0 ? null : clock() + cooldownMs,
    day: { used: dayUsed, limit: profile.projectUnitsPerDay },
    waitingUsers,
  };
}
