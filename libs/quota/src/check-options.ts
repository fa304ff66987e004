import type { AcquireRequest } from './ledger-types.ts';
import type { LaneRule, QuotaLane } from './lanes.ts';
import { quotaLanes } from './lanes.ts';
import type { ScriptConfig } from './script-config.ts';

/** @throws RangeError what could never work */
export function checkOptions(projectKey: string, config: ScriptConfig): void {
  // A brace would end the hash tag that keeps a project's keys in one slot of a cluster.
  if (!/^[\w.:-]{1,100}$/.test(projectKey))
    throw new RangeError('projectKey must be 1 to 100 of A-Z a-z 0-9 _ . : -');
  if (!(config.timeFactor >= 0.001 && config.timeFactor <= 10_000))
    throw new RangeError('timeFactor must be 0.001 to 10,000');
  if (!(config.grantTtlMs >= 1)) throw new RangeError('grantTtlMs must be at least 1');
  if (!isCount(config.maxConcurrent) || !isCount(config.maxConcurrentBackfill))
    throw new RangeError('concurrency must be a whole number from 1');
  for (const lane of quotaLanes) checkLane(lane, config.lanes[lane]);
}

/** @throws RangeError for a request that no wait would satisfy */
export function checkRequest(request: AcquireRequest, config: ScriptConfig): void {
  const {
    units,
    minUnits = units,
    worthUnits = minUnits,
    permits = 1,
    weight = 1,
    lane,
    user,
    holder,
  } = request;
  if (user === '') throw new RangeError('user must not be empty');
  if (holder !== undefined) checkHolder(holder);
  if (!isCount(units) || !isCount(minUnits) || minUnits > units)
    throw new RangeError('units must be whole, 1 ≤ minUnits ≤ units');
  if (!isCount(worthUnits) || worthUnits < minUnits || worthUnits > units)
    throw new RangeError('worthUnits must be whole, minUnits ≤ worthUnits ≤ units');
  if (!isCount(weight) || weight > 10) throw new RangeError('weight must be a whole number from 1 to 10');
  const most = largestRequest(config, lane);
  if (minUnits > most)
    throw new RangeError(
      `${minUnits} units never fit into the ${lane} lane's window of ${most}; set minUnits`,
    );
  const permitted =
    lane === 'backfill' ? Math.min(config.maxConcurrentBackfill, config.maxConcurrent) : config.maxConcurrent;
  if (!isCount(permits) || permits > permitted)
    throw new RangeError(`permits must be 1 to ${permitted} in the ${lane} lane`);
}

/** @throws RangeError */
export function checkHolder(holder: string): void {
  if (!/^[\w-]{1,100}$/.test(holder)) throw new RangeError('holder must be 1 to 100 of A-Z a-z 0-9 _ -');
}

function largestRequest({ profile, lanes }: ScriptConfig, lane: QuotaLane): number {
  const { userReserve, projectReserve } = lanes[lane];
  const inMinute = Math.min(
    profile.userUnitsPerMinute * (1 - userReserve),
    profile.projectUnitsPerMinute * (1 - projectReserve),
  );
  return Math.floor(Math.min(inMinute, profile.projectUnitsPerDay ?? Infinity));
}

function checkLane(lane: QuotaLane, rule: LaneRule): void {
  const shares = [rule.userReserve, rule.projectReserve];
  if (shares.some((share) => !(share >= 0 && share < 1)))
    throw new RangeError(`the reserves of ${lane} must be 0 to below 1`);
  if (!(
    rule.fullWindowBurstSeconds > 0 &&
    rule.burstSeconds >= rule.fullWindowBurstSeconds &&
    rule.burstSeconds <= 60
  )) {
    throw new RangeError(`the bursts of ${lane} must be 0 < fullWindowBurstSeconds ≤ burstSeconds ≤ 60`);
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
