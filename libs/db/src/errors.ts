/** No such mailbox, or not this user's: the two are not told apart. */
export class MailboxNotFoundError extends Error {
  override name = 'MailboxNotFoundError';
  readonly retryable = false;
}

/** Another worker holds the mailbox now: nothing of this transaction was written, and nothing is lost. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
  readonly retryable = false;
}

/** The stored credentials cannot be opened: no key of TOKEN_ENCRYPTION_KEYS fits, or they were tampered with. */
export class CredentialsUnreadableError extends Error {
  override name = 'CredentialsUnreadableError';
  readonly retryable = false;
}

/** Postgres cannot hold a message as it is; nothing of its transaction was written. `sqlState` says why. */
export class RowRefusedError extends Error {
  override name = 'RowRefusedError';
  readonly retryable = false;
  readonly sqlState: string;

  constructor(sqlState: string, options?: ErrorOptions) {
    super(`a row was refused (${sqlState})`, options);
    this.sqlState = sqlState;
  }
}
