import PQueue from 'p-queue';

export interface LimiterOptions {
  /** Calls of one mailbox under way at once, default 3. */
  concurrency: number;
  /** Calls started within any `intervalMs`; unlimited by default, for units are the quota's to count. */
  intervalCap?: number;
  intervalMs?: number;
}

export interface Limiter {
  /** Runs the action when it has a slot; an abort while it waits or runs rejects at once and frees the slot. */
  run<T>(action: () => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  /** Waiting for a slot. */
  size(): number;
  /** Under way. */
  pending(): number;
}

/** Local to a process: a mailbox that several processes work on needs a shared limit as well. */
export function createLimiter({ concurrency, intervalCap, intervalMs = 1_000 }: LimiterOptions): Limiter {
  // Without `strict` p-queue's windows are fixed, and two may meet: three times the cap within a second.
  const rate = intervalCap === undefined ? {} : { intervalCap, interval: intervalMs, strict: true };
  const queue = new PQueue({ concurrency, ...rate });
  return {
    run: (action, signal) => queue.add(action, { signal }),
    size: () => queue.size,
    pending: () => queue.pending,
  };
}
