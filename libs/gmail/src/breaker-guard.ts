import CircuitBreaker from 'opossum';
import type { BreakerOptions } from './breakers.ts';
import { GmailBadAnswerError, GmailUnavailableError } from './errors.ts';
import type { BreakerState } from './events.ts';
import type { OperationClass, OperationName } from './operations.ts';

/** One opossum breaker, and what it lacks: a reset that forgets, and an error that says when to come back. */
export interface Guard {
  fire<T>(operation: OperationName, action: () => Promise<T>): Promise<T>;
  state(): BreakerState;
  /** Milliseconds until the next probe; 0 unless open. */
  openForMs(): number;
  reset(): void;
  open(): void;
  close(): void;
}

export function createGuard(
  name: OperationClass,
  options: BreakerOptions,
  onChange: (state: BreakerState) => void,
): Guard {
  let breaker = build();
  let opensUntil = 0;
  let outagesInARow = 0;

  function build() {
    const built: CircuitBreaker<[() => Promise<unknown>], unknown> = new CircuitBreaker(
      (action: () => Promise<unknown>) => action(),
      {
        name,
        // The action has its own deadline, which ends the request; opossum's would only stop waiting for it.
        timeout: false,
        errorThresholdPercentage: options.errorThresholdPercentage,
        resetTimeout: options.resetTimeoutMs,
        volumeThreshold: options.volumeThreshold,
        rollingCountTimeout: options.windowMs,
        rollingPercentilesEnabled: false,
        enableSnapshots: false,
        // A filtered error counts as a success and would close a half-open breaker. An answer of any status is
        // one; an aborted probe proves nothing, so in half-open it counts against.
        errorFilter: (error: unknown) => !isOutage(error) && !(built.halfOpen && !isAnswer(error)),
      },
    );
    // Calls that were under way at a reset end in the breaker that is no more.
    const changed = (state: BreakerState) => () => {
      if (built !== breaker) return;
      if (state === 'open') opensUntil = Date.now() + options.resetTimeoutMs;
      if (state === 'closed') renew();
      onChange(state);
    };
    built.on('open', changed('open'));
    built.on('halfOpen', changed('half-open'));
    built.on('close', changed('closed'));
    return built;
  }

  /** opossum keeps its window over close(): one more failure would open it again. */
  function renew(): void {
    breaker.shutdown();
    breaker = build();
    outagesInARow = 0;
  }

  /**
   * After a busy minute a share needs as many failures as there were successes, and callers that back off hardly make
   * any: an outage would go unnoticed for long.
   */
  function countInARow(fired: typeof breaker, error: unknown): void {
    if (fired !== breaker || !fired.closed) return;
    if (isOutage(error)) outagesInARow += 1;
    else if (error === undefined || isAnswer(error)) outagesInARow = 0;
    if (outagesInARow >= options.volumeThreshold) fired.open();
  }

  const state = () => (breaker.opened ? 'open' : breaker.halfOpen ? 'half-open' : 'closed');

  return {
    async fire<T>(operation: OperationName, action: () => Promise<T>): Promise<T> {
      const fired = breaker;
      try {
        const result = (await fired.fire(action)) as T;
        countInARow(fired, undefined);
        return result;
      } catch (error) {
        if (!isRejection(error)) {
          countInARow(fired, error);
          throw error;
        }
        // Half-open with its probe under way: its outcome is a deadline away at most.
        const retryAfterMs = Math.max(opensUntil - Date.now(), 1_000);
        throw new GmailUnavailableError({ operation, reason: 'breaker-open', retryAfterMs });
      }
    },
    state,
    openForMs: () => (breaker.opened ? Math.max(0, opensUntil - Date.now()) : 0),
    reset() {
      const wasClosed = breaker.closed;
      renew();
      if (!wasClosed) onChange('closed');
    },
    open: () => breaker.open(),
    close: () => breaker.shutdown(),
  };
}

/** Only what says that Gmail itself is in trouble: not 4xx, quota, aborts or a missing token. */
export function isOutage(error: unknown): boolean {
  return error instanceof GmailUnavailableError || error instanceof GmailBadAnswerError;
}

/** Ours, made from what Gmail said or did not say; not an abort. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'operation' in error;
}

function isRejection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EOPENBREAKER';
}
