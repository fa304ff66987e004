import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** Default 10,000 ms. */
  timeoutMs?: number;
  /** Pause between two looks; default 25 ms. */
  everyMs?: number;
  /** What was waited for, for the error. */
  message?: string;
  /** Ends the waiting. */
  signal?: AbortSignal;
}

/**
 * Looks at `condition` again and again until it gives something truthy, and hands that back.
 * A condition that throws counts as "not yet"; the last such error becomes the cause of the timeout.
 * @throws Error when `timeoutMs` has passed, even when a look never answers; the signal's reason when it is aborted.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 25, message = 'the condition', signal }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    signal?.throwIfAborted();
    const look = lookOnce(condition, end - Date.now());
    const { value, error } = await look;
    if (value) return value as NonNullable<T>;
    lastError = error ?? lastError;
    if (Date.now() + everyMs > end) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${message}`, { cause: lastError });
    }
    await sleep(everyMs);
  }
}

async function lookOnce<T>(condition: () => T | Promise<T>, withinMs: number) {
  const tooLate = new AbortController();
  try {
    const value = await Promise.race([
      Promise.resolve().then(condition),
      sleep(Math.max(1, withinMs), undefined, { signal: tooLate.signal }),
    ]);
    return { value, error: undefined };
  } catch (error) {
    return { value: undefined, error };
  } finally {
    tooLate.abort();
  }
}
