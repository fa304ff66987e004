import type { z } from 'zod';

/** Which deployment runs a job: `gmail-worker` by WORKER_LANE, or `telemetry`. */
export type Lane = 'interactive' | 'bulk' | 'telemetry';

export interface Job<Schema extends z.ZodType = z.ZodType> {
  /** Also the name of its queue, its handler's file and its metric label. */
  readonly name: string;
  readonly payload: Schema;
  readonly lane: Lane;
  /** Failed tries before the job is given up; a delayed return does not count as one. */
  readonly attempts: number;
  /** First wait after a failure; doubles with jitter from try to try. */
  readonly backoffMs: number;
  /** How many run at once in one process. */
  readonly concurrency: number;
  /** Two jobs of one key never run at once; a job enqueued while its twin runs leads to exactly one further run. */
  readonly dedupeKey?: (payload: z.infer<Schema>) => string;
  /**
   * A run that asks to come back later than this ends instead: what it waits for stands in Postgres, and the sweeper
   * enqueues it when the time has come. So no job grows old in Redis. No limit unless told.
   */
  readonly longestDelayMs?: number;
  /**
   * With about so many waiting no more are taken: for work that may be lost, so that it never fills the Redis that
   * mail needs. No limit unless told.
   */
  readonly maxWaiting?: number;
}

export type Payload<J extends Job> = z.infer<J['payload']>;

/** Declares a kind of background work. One kind is one queue; payloads carry ids, never tokens or mail. */
export function defineJob<Schema extends z.ZodType>(job: Job<Schema>): Job<Schema> {
  return Object.freeze(job);
}
