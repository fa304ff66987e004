/** Lowest first: a lane yields to those after it. */
export const quotaLanes = ['backfill', 'live', 'write', 'interactive'] as const;
export type QuotaLane = (typeof quotaLanes)[number];

/** How far one lane may reach. Durations are quota time: with a time factor of 10 they pass ten times faster. */
export interface LaneRule {
  /** Seconds of quota that may be taken at once while the window is empty. */
  burstSeconds: number;
  /** The same while the window is full; between the two it shrinks in proportion. */
  fullWindowBurstSeconds: number;
  /** Share of the user's window left to the lanes above. */
  userReserve: number;
  /** Share of the project's window left to the lanes above. */
  projectReserve: number;
}

// The reserves stay small because what backfill leaves free is lost as long as nobody reads: 97 % of the quota is
// promised. A higher lane that finds its reserve spent leaves a claim on the next free units instead.
export const defaultLaneRules: Record<QuotaLane, LaneRule> = {
  backfill: { burstSeconds: 10, fullWindowBurstSeconds: 4, userReserve: 0.01, projectReserve: 0.01 },
  live: { burstSeconds: 20, fullWindowBurstSeconds: 20, userReserve: 0.006, projectReserve: 0.006 },
  write: { burstSeconds: 30, fullWindowBurstSeconds: 30, userReserve: 0.003, projectReserve: 0.003 },
  interactive: { burstSeconds: 60, fullWindowBurstSeconds: 60, userReserve: 0, projectReserve: 0 },
};
