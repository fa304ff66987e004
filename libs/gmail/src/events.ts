import type { RateLimitScope } from './errors.ts';
import type { OperationClass, OperationName } from './operations.ts';

export type BreakerState = 'closed' | 'half-open' | 'open';

/** What the client tells its owner, as it happens. Nothing in it names a person, a message or a token. */
export type GmailEvent =
  | {
      type: 'gmail_request';
      operation: OperationName;
      /** What Google charges: the operation once, or the parts of a batch. */
      calls: { operation: OperationName; count: number };
      latencyMs: number;
      /** 0: there was no answer. */
      status: number;
      /** 0 for the first try. */
      retryCount: number;
    }
  | {
      type: 'retry';
      operation: OperationName;
      retryCount: number;
      waitMs: number;
      source: 'server' | 'backoff';
    }
  | { type: 'rate_limit'; operation: OperationName; scope: RateLimitScope; retryAfterMs: number }
  | { type: 'circuit_breaker'; operationClass: OperationClass; state: BreakerState }
  | { type: 'error'; operation: OperationName; name: string };

export type OnGmailEvent = (event: GmailEvent) => void;

/** An observer's fault is not Gmail's: a call never fails because a listener threw. */
export function guarded(onEvent: OnGmailEvent | undefined): OnGmailEvent {
  if (onEvent === undefined) return () => undefined;
  return (event) => {
    try {
      onEvent(event);
    } catch {
      // The listener's own to report.
    }
  };
}
