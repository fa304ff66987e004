import type { LaneRule } from './lanes.ts';
import type { ProjectQuotaState, UserQuotaState } from './ledger-types.ts';
import type { QuotaProfile } from './profiles.ts';

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;
/** So full, the project's minute is what many wait for. */
const narrowShare = 0.9;

/**
 * How long until a user's backfill will have been granted so many units, in real milliseconds, if all goes on as now:
 * what its minute still has, then at its rate, or at the pace it had lately where many share the project's.
 * Units beyond the day's rest cost whole days.
 */
export function forecastMs(
  units: number,
  {
    user,
    project,
    now,
    profile,
    timeFactor,
    lane,
  }: {
    user: UserQuotaState;
    project: ProjectQuotaState;
    now: number;
    profile: QuotaProfile;
    timeFactor: number;
    lane: LaneRule;
  },
): number {
  const own = profile.userUnitsPerMinute * (1 - lane.userReserve);
  const isNarrow = project.windowUsed > narrowShare * project.windowLimit;
  // Where many share the project, what this user got in the last minute is the best word on its share.
  const pace = isNarrow && user.windowUsed > 0 ? Math.min(own, user.windowUsed) : own;
  const free = isNarrow ? 0 : Math.max(0, own - user.windowUsed);
  const rationed = (Math.max(0, units - free) / pace) * (minuteMs / timeFactor);
  const { limit, used } = project.day;
  const days =
    limit === null || units <= limit - used ? 0 : Math.ceil((units - Math.max(0, limit - used)) / limit);
  const cooldown = Math.max(0, (user.cooldownUntil ?? now) - now);
  return cooldown + rationed + days * dayMs;
}
