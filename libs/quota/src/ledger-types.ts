import type { GmailMethod } from './gmail-methods.ts';
import type { QuotaLane } from './lanes.ts';

export interface AcquireRequest {
  /** Whose Gmail quota: an id of the Google account, the same for everybody who connects it. No address. */
  user: string;
  lane: QuotaLane;
  units: number;
  /** Take less when less is there, but not less than this. Default: all or nothing. */
  minUnits?: number;
  /** Less than this is worth waiting for, unless the wait is longer than the user's rate accounts for. Default: minUnits. */
  worthUnits?: number;
  /** Calls that will be under way at once. Default 1. */
  permits?: number;
  /** Of a backfill, when the project is what many wait for: its share against others', 1 (default) to 10. */
  weight?: number;
  /** Whose the grant is, for `abandon`: A-Z a-z 0-9 _ - */
  holder?: string;
  /** For `onDecision` only. */
  method?: GmailMethod;
}

/** Units and permits held until settled or expired. Plain data: it may cross processes. */
export interface Grant {
  id: string;
  user: string;
  lane: QuotaLane;
  units: number;
  permits: number;
  weight: number;
  /** The Pacific midnight that began the day it is charged to. */
  day: number;
  /** Calls must have been received by Gmail within this time of the grant; a margin for the way is the holder's. */
  expiresInMs: number;
}

export type RefusalReason = 'quota' | 'cooldown' | 'concurrency' | 'project' | 'day';

export type AcquireResult =
  | { granted: true; grant: Grant }
  | {
      granted: false;
      reason: RefusalReason;
      /**
       * When it could be granted if only time passes: at most one window for `quota` and `project` (for which it is
       * this user's turn), unbounded for `cooldown` and `day`. For `concurrency` a moment in which a call may end.
       */
      retryInMs: number;
    };

export type CooldownRequest = ({ user: string } | { project: true }) &
  ({ forMs: number } | { untilMs: number });

export interface QuotaDecision {
  lane: QuotaLane;
  method: GmailMethod | undefined;
  granted: boolean;
  /** Granted, or asked for when refused. */
  units: number;
  reason: RefusalReason | undefined;
  /** 0 when granted. */
  waitMs: number;
}

export interface ProjectQuotaState {
  /** Units that count now: used within one window, and reserved by open grants. */
  windowUsed: number;
  windowLimit: number;
  /** Epoch milliseconds of this process's clock; null when there is none. */
  cooldownUntil: number | null;
  day: { used: number; limit: number | null };
  /** Users whose backfill waits for its turn in the project. */
  waitingUsers: number;
}

export interface UserQuotaState extends Omit<ProjectQuotaState, 'waitingUsers'> {
  permitsInUse: number;
}
