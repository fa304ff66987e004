/** The request does not fit the contract; `errors` says where, field by field. */
export class InvalidRequestError extends Error {
  override name = 'InvalidRequestError';
  readonly retryable = false;
  readonly errors: { path: string; message: string }[];

  constructor(errors: { path: string; message: string }[]) {
    super('the request does not fit the contract');
    this.errors = errors;
  }
}

/** Nobody is signed in, or the key, session or token is not a valid one. */
export class UnauthenticatedError extends Error {
  override name = 'UnauthenticatedError';
  readonly retryable = false;
}

/** Google signed the token, but for another receiver, or for another account than ours. */
export class ForeignTokenError extends Error {
  override name = 'ForeignTokenError';
  readonly retryable = false;
}

/** Pushed notifications are off: nobody told which account they come from. */
export class PushOffError extends Error {
  override name = 'PushOffError';
  readonly retryable = false;
}

/** Google's certificates were never read, and cannot be now. */
export class CertificatesUnavailableError extends Error {
  override name = 'CertificatesUnavailableError';
  readonly retryable = true;
  readonly retryAfterMs = 10_000;
}

/** A browser sent this for a page of another site. */
export class CrossSiteRequestError extends Error {
  override name = 'CrossSiteRequestError';
  readonly retryable = false;
}

/** No such thing, or not this user's: the two are not told apart. */
export class NotFoundError extends Error {
  override name = 'NotFoundError';
  readonly retryable = false;
}

/** The path is known, the method is not. */
export class MethodNotAllowedError extends Error {
  override name = 'MethodNotAllowedError';
  readonly retryable = false;
  readonly allow: string[];

  constructor(allow: string[]) {
    super('the path has no such method');
    this.allow = allow;
  }
}

/** Over the limit per minute. */
export class RateLimitedError extends Error {
  override name = 'RateLimitedError';
  readonly retryable = true;
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('too many requests in this minute');
    this.retryAfterMs = retryAfterMs;
  }
}

/** A sign-in that this browser did not start, or that it started too long ago or finished already. */
export class SignInStateError extends Error {
  override name = 'SignInStateError';
  readonly retryable = false;
}

/** One user has as many event streams open as one process gives. */
export class TooManyStreamsError extends Error {
  override name = 'TooManyStreamsError';
  readonly retryable = true;
  readonly retryAfterMs = 10_000;
}

/** One export of a mailbox is under way in this process. */
export class ExportRunningError extends Error {
  override name = 'ExportRunningError';
  readonly retryable = false;
}

/** Messages of the mailbox are still to be stored. */
export class MailboxNotWholeError extends Error {
  override name = 'MailboxNotWholeError';
  readonly retryable = false;
}

/** The body is of a media type that the route does not read. */
export class UnsupportedMediaTypeError extends Error {
  override name = 'UnsupportedMediaTypeError';
  readonly retryable = false;

  constructor(types: readonly string[]) {
    super(`the body has to be ${types.join(' or ')}`);
  }
}

/** The body is longer than any that is taken, and was not read to its end. */
export class BodyTooLargeError extends Error {
  override name = 'BodyTooLargeError';
  readonly retryable = false;

  constructor() {
    super('the body is too large');
  }
}

/** The body is not the JSON that it says it is. */
export class MalformedBodyError extends Error {
  override name = 'MalformedBodyError';
  readonly retryable = false;

  constructor() {
    super('the body cannot be read');
  }
}

/** Gmail's quota has no units for this reader now. */
export class GmailBusyError extends Error {
  override name = 'GmailBusyError';
  readonly retryable = true;
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('the quota has no units now');
    this.retryAfterMs = retryAfterMs;
  }
}

/** There is no time for this request now: the event loop is late. */
export class OverloadedError extends Error {
  override name = 'OverloadedError';
  readonly retryable = true;
  /** From 1 to 4 s, so that those who were refused together do not return together. */
  readonly retryAfterMs = 1_000 + Math.random() * 3_000;

  constructor() {
    super('this process has more to do than it can');
  }
}
