import CircuitBreaker from 'opossum';
import { GmailBadAnswerError, GmailUnavailableError } from './errors.ts';
import type { BreakerState, OnGmailEvent } from './events.ts';
import { operationClasses, operations, type OperationClass, type OperationName } from './operations.ts';

export interface BreakerOptions {
  /** Opens above this share of failures, in percent; default 50. */
  errorThresholdPercentage: number;
  /** Time in open before one probe is let through; default 30,000. */
  resetTimeoutMs: number;
  /** Calls within the window below which it never opens; default 10. */
  volumeThreshold: number;
  /** The window over which calls are counted; default three timeouts, so that calls that hang are seen in it. */
  windowMs: number;
}

export interface Breakers {
  /** Runs the action, or rejects at once with GmailUnavailableError while the operation's breaker is open. */
  fire<T>(operation: OperationName, action: () => Promise<T>): Promise<T>;
  states(): Record<OperationClass, BreakerState>;
  /** Closes one breaker or all and forgets what was counted. */
  reset(operationClass?: OperationClass): void;
  /** Opens as if it had tripped: a probe follows after the reset timeout. */
  open(operationClass?: OperationClass): void;
  close(): void;
}

interface Guard {
  fire<T>(operation: OperationName, action: () => Promise<T>): Promise<T>;
  state(): BreakerState;
  reset(): void;
  open(): void;
  close(): void;
}

/**
 * One breaker per operation class for the whole process: an outage is Gmail's, while a refused token is one
 * mailbox's. Only outages count. An opened breaker is not waited for here; the error says when to come back.
 */
export function createBreakers(options: BreakerOptions, onEvent: OnGmailEvent): Breakers {
  const guards = new Map(operationClasses.map((name) => [name, createGuard(name, options, onEvent)]));
  const chosen = (name?: OperationClass) =>
    [...guards].filter(([each]) => name === undefined || each === name).map(([, guard]) => guard);
  return {
    fire: (operation, action) => guards.get(operations[operation].breaker)!.fire(operation, action),
    states: () =>
      Object.fromEntries([...guards].map(([name, guard]) => [name, guard.state()])) as ReturnType<
        Breakers['states']
      >,
    reset: (name) => chosen(name).forEach((guard) => guard.reset()),
    open: (name) => chosen(name).forEach((guard) => guard.open()),
    close: () => chosen().forEach((guard) => guard.close()),
  };
}

function createGuard(operationClass: OperationClass, options: BreakerOptions, onEvent: OnGmailEvent): Guard {
  let breaker = build();
  let opensUntil = 0;

  function build() {
    const built: CircuitBreaker<[() => Promise<unknown>], unknown> = new CircuitBreaker(
      (action: () => Promise<unknown>) => action(),
      {
        name: operationClass,
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
    const told = (state: BreakerState) => () => onEvent({ type: 'circuit_breaker', operationClass, state });
    built.on('open', () => (opensUntil = Date.now() + options.resetTimeoutMs));
    built.on('open', told('open'));
    built.on('halfOpen', told('half-open'));
    built.on('close', told('closed'));
    return built;
  }

  return {
    async fire<T>(operation: OperationName, action: () => Promise<T>): Promise<T> {
      try {
        return (await breaker.fire(action)) as T;
      } catch (error) {
        if (!isRejection(error)) throw error;
        // Half-open with its probe under way: its outcome is a deadline away at most.
        const retryAfterMs = Math.max(opensUntil - Date.now(), 1_000);
        throw new GmailUnavailableError({ operation, reason: 'breaker-open', retryAfterMs });
      }
    },
    state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'half-open' : 'closed'),
    reset() {
      // Rebuilt, for opossum keeps its window over close(): one more failure would open it again.
      const wasClosed = breaker.closed;
      breaker.shutdown();
      breaker = build();
      if (!wasClosed) onEvent({ type: 'circuit_breaker', operationClass, state: 'closed' });
    },
    open: () => breaker.open(),
    close: () => breaker.shutdown(),
  };
}

/** Only what says that Gmail itself is in trouble: not 4xx, quota, aborts or a missing token. */
export function isOutage(error: unknown): boolean {
  return error instanceof GmailUnavailableError || error instanceof GmailBadAnswerError;
}

function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'operation' in error;
}

function isRejection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EOPENBREAKER';
}
