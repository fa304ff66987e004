import { GmailRateLimitError, type RateLimitScope } from './errors.ts';
import type { OperationName } from './operations.ts';

export interface Cooldown {
  /** Throws the refusal again while its time is not over, so that a refused mailbox stays silent. */
  check(operation: OperationName): void;
  learn(error: GmailRateLimitError): void;
}

/** Remembers what Google refused: per mailbox for a user's quota, per process for the project's. */
export function createCooldown(): Cooldown {
  let until = 0;
  let scope: RateLimitScope = 'user';
  return {
    check(operation) {
      if (until === 0) return;
      const retryAfterMs = until - Date.now();
      if (retryAfterMs <= 0) until = 0;
      else throw new GmailRateLimitError({ operation, scope, reason: 'cooldown', retryAfterMs });
    },
    learn(error) {
      const end = Date.now() + error.retryAfterMs;
      if (error.reason === 'cooldown' || end <= until) return;
      until = end;
      scope = error.scope;
    },
  };
}
