import { quotaLanes } from './lanes.ts';
import type { LaneRule, QuotaLane } from './lanes.ts';
import type { QuotaProfile } from './profiles.ts';

const MINUTE = 60_000;

export interface ScriptConfig {
  profile: QuotaProfile;
  timeFactor: number;
  lanes: Record<QuotaLane, LaneRule>;
  maxConcurrent: number;
  maxConcurrentBackfill: number;
  grantTtlMs: number;
  cautiousStart: boolean;
  virtualClock: boolean;
}

/** Constants of the scripts as Lua text; every number comes from a checked setting. Milliseconds are real ones. */
export function luaConfig(config: ScriptConfig): string {
  const { profile, timeFactor } = config;
  const window = MINUTE / timeFactor;
  const userTtl = Math.ceil(2 * window + config.grantTtlMs + MINUTE);
  return luaTable({
    window,
    // Redis's and Google's clocks do not run equally fast, and some servers round to milliseconds.
    guard: Math.max(1, window / 2_000),
    userLimit: profile.userUnitsPerMinute,
    projectLimit: profile.projectUnitsPerMinute,
    dayLimit: profile.projectUnitsPerDay,
    userBucket: window / 600,
    projectBucket: window / 240,
    grantTtl: config.grantTtlMs,
    maxConcurrent: config.maxConcurrent,
    backfillConcurrent: config.maxConcurrentBackfill,
    concurrencyRetry: 100,
    claimSlack: 100,
    grace: 250,
    // Two seconds of a user's quota.
    quantum: profile.userUnitsPerMinute / 12,
    userTtl: config.virtualClock ? 60 * MINUTE : userTtl,
    // The day's counter lives here.
    projectTtl: 48 * 60 * MINUTE,
    cautious: config.cautiousStart,
    lanes: quotaLanes.map((lane) => luaLane(config.lanes[lane], timeFactor)),
  });
}

function luaLane(rule: LaneRule, timeFactor: number) {
  return {
    burst: (rule.burstSeconds * 1_000) / timeFactor,
    floor: (rule.fullWindowBurstSeconds * 1_000) / timeFactor,
    reserve: rule.userReserve,
    projectReserve: rule.projectReserve,
  };
}

type LuaValue = number | boolean | null | LuaValue[] | { [key: string]: LuaValue };

function luaTable(values: LuaValue): string {
  if (values === null) return 'nil';
  if (Array.isArray(values)) return `{ ${values.map(luaTable).join(', ')} }`;
  if (typeof values !== 'object') return String(values);
  return `{ ${Object.entries(values)
    .map(([key, value]) => `${key} = ${luaTable(value)}`)
    .join(', ')} }`;
}
