import { GmailBadAnswerError, GmailRateLimitError, GmailUnavailableError } from './errors.ts';

export interface RetryOptions {
  /** Tries beyond the first, default 3. */
  maxRetries: number;
  /** Longest wait slept here, default 2,000; whoever must wait longer gets the error and its `retryAfterMs`. */
  maxInlineWaitMs: number;
  /** First wait of the backoff, default 1,000 (Google: at least a second); doubles, up to 32 s. */
  backoffMs: number;
  /** Retries per first try over time, default 0.1: under a full outage retries add a tenth, not a multiple. */
  budgetRatio: number;
}

export interface NextTry {
  waitMs: number;
  source: 'server' | 'backoff';
}

export interface RetryPolicy {
  /** Called once per call, before its first try: earns its share of a retry. */
  begin(): void;
  /** When to try again in place after try number `retryCount`, or `undefined`: give the error to the caller. */
  next(error: unknown, retryCount: number): NextTry | undefined;
}

const longestBackoffMs = 32_000;
/** Retries a process may spend before it has earned any, an advance that its first calls pay back; also the most it can save up. */
const budgetReserve = 10;

/** The only place that decides on another try; neither transports nor breakers retry. */
export function createRetryPolicy(options: RetryOptions, random: () => number = Math.random): RetryPolicy {
  let budget = budgetReserve;
  let owed = budgetReserve;
  return {
    begin() {
      if (owed > 0) owed -= options.budgetRatio;
      else budget = Math.min(budget + options.budgetRatio, budgetReserve);
    },
    next(error, retryCount) {
      if (retryCount >= options.maxRetries || budget < 1 || !isRetriedInPlace(error)) return undefined;
      const wait = waitBefore(error, retryCount, options.backoffMs, random());
      if (wait.waitMs > options.maxInlineWaitMs) return undefined;
      budget -= 1;
      return wait;
    },
  };
}

function isRetriedInPlace(error: unknown): boolean {
  if (error instanceof GmailUnavailableError) return error.reason !== 'breaker-open';
  return error instanceof GmailRateLimitError || error instanceof GmailBadAnswerError;
}

function waitBefore(error: unknown, retryCount: number, backoffMs: number, random: number): NextTry {
  const server = (error as { retryAfterMs?: number }).retryAfterMs;
  // The spread keeps those refused together from coming back together; never earlier than asked.
  if (server !== undefined) return { waitMs: server + random * 250, source: 'server' };
  const backoff = Math.min(backoffMs * 2 ** retryCount, longestBackoffMs);
  return { waitMs: backoff * (1 + random / 2), source: 'backoff' };
}
