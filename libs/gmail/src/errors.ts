import type { OperationName } from './operations.ts';

/**
 * What went wrong, as a class per decision a caller takes. By shape: `retryable` says whether the same call
 * may succeed later, `retryAfterMs` how long to wait at least.
 *
 * Nothing of a request is kept on an error (its headers hold the access token), nor Google's own sentence
 * (it may name an address): only the operation, the status and a reason out of a closed alphabet.
 */
interface Facts {
  operation: OperationName;
  status?: number;
  reason?: string;
}

abstract class GmailError extends Error {
  abstract readonly retryable: boolean;
  readonly operation: OperationName;
  /** HTTP status of the answer; absent when there was none. */
  readonly status: number | undefined;
  /** Google's or the network's short code, such as `notFound` or `ECONNRESET`. */
  readonly reason: string | undefined;

  constructor(sentence: string, facts: Facts, options?: ErrorOptions) {
    const details = [facts.status, facts.reason].filter((detail) => detail !== undefined).join(' ');
    super(`${facts.operation}: ${sentence}${details === '' ? '' : ` (${details})`}`, options);
    this.operation = facts.operation;
    this.status = facts.status;
    this.reason = facts.reason;
  }
}

export type RateLimitScope = 'user' | 'project' | 'day' | 'concurrency';

/** Google refused for quota: nothing of that scope may be sent before `retryAfterMs` has passed. */
export class GmailRateLimitError extends GmailError {
  override readonly name = 'GmailRateLimitError';
  readonly retryable = true;
  readonly scope: RateLimitScope;
  readonly retryAfterMs: number;

  constructor(facts: Facts & { scope: RateLimitScope; retryAfterMs: number }) {
    super(`refused by the quota of the ${facts.scope}`, facts);
    this.scope = facts.scope;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/**
 * Gmail could not be asked: 5xx, network, timeout or an open breaker (`reason` is `timeout`, `breaker-open` or
 * the network's code). A write that ended so may have happened.
 */
export class GmailUnavailableError extends GmailError {
  override readonly name = 'GmailUnavailableError';
  readonly retryable = true;
  readonly retryAfterMs: number | undefined;

  constructor(facts: Facts & { retryAfterMs?: number }) {
    super('Gmail is unavailable', facts);
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** The mailbox no longer lets us in; only a person can change that. */
export class GmailAccessRevokedError extends GmailError {
  override readonly name = 'GmailAccessRevokedError';
  readonly retryable = false;
  /** `token`: refused after one refresh; `scope`: a permission is missing; `policy`: the domain's admin said no. */
  readonly kind: 'token' | 'scope' | 'policy';

  constructor(facts: Facts & { kind: 'token' | 'scope' | 'policy' }, options?: ErrorOptions) {
    super(`access was revoked (${facts.kind})`, facts, options);
    this.kind = facts.kind;
  }
}

export class GmailNotFoundError extends GmailError {
  override readonly name = 'GmailNotFoundError';
  readonly retryable = false;

  constructor(facts: Facts) {
    super('not found', facts);
  }
}

/** history.list no longer knows the start; not a failure but a branch: list the mailbox anew. */
export class GmailHistoryExpiredError extends GmailError {
  override readonly name = 'GmailHistoryExpiredError';
  readonly retryable = false;

  constructor(facts: Facts) {
    super('the history id is too old', facts);
  }
}

/** An answer that is not what was asked for: cut off, not JSON, or of another shape. Worth another try. */
export class GmailBadAnswerError extends GmailError {
  override readonly name = 'GmailBadAnswerError';
  readonly retryable = true;

  constructor(facts: Facts) {
    super('the answer cannot be read', facts);
  }
}

/** Gmail refused the request itself. `retryable` only for `failedPrecondition`, which is sometimes passing. */
export class GmailRequestError extends GmailError {
  override readonly name = 'GmailRequestError';
  readonly retryable: boolean;

  constructor(facts: Facts & { retryable?: boolean }) {
    super('the request was refused', facts);
    this.retryable = facts.retryable ?? false;
  }
}

/** The grant is gone (`invalid_grant`): the person must consent again. */
export class OAuthRevokedError extends Error {
  override readonly name = 'OAuthRevokedError';
  readonly retryable = false;
}

/** The OAuth server could not be asked, or answered nonsense. */
export class OAuthUnavailableError extends Error {
  override readonly name = 'OAuthUnavailableError';
  readonly retryable = true;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, facts: { retryAfterMs?: number } = {}) {
    super(message);
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** The OAuth server refused this request for a reason of our making, such as `invalid_client`. */
export class OAuthRequestError extends Error {
  override readonly name = 'OAuthRequestError';
  readonly retryable = false;
  readonly reason: string;

  constructor(reason: string) {
    super(`the OAuth server refused the request (${reason})`);
    this.reason = reason;
  }
}
