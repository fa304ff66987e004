/** The ledger could not be asked: Redis is down, frozen or refuses. Nothing may be spent; try again later. */
export class QuotaLedgerUnavailableError extends Error {
  override readonly name = 'QuotaLedgerUnavailableError';
  readonly retryable = true;
  readonly retryAfterMs = 1_000;

  constructor(cause: unknown) {
    super('The quota ledger does not answer', { cause });
  }
}

/** A quota profile that cannot be used; the message names each fault. */
export class QuotaProfileError extends Error {
  override readonly name = 'QuotaProfileError';
  readonly retryable = false;
}

/** The fleet's breakers could not be read or changed: Redis is down, frozen or refuses. */
export class FleetBreakerUnavailableError extends Error {
  override readonly name = 'FleetBreakerUnavailableError';
  readonly retryable = true;
  readonly retryAfterMs = 1_000;

  constructor(cause: unknown) {
    super('The breakers of the fleet cannot be reached', { cause });
  }
}
