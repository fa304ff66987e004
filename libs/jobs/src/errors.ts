/** A payload does not fit its job's schema: a fault of the program or of a foreign writer, never retried. */
export class InvalidPayloadError extends Error {
  override name = 'InvalidPayloadError';
  readonly retryable = false;
}

/**
 * Redis did not take a job in time, or its queue is full. After a timeout it may have taken it: enqueue again,
 * deduplication makes that harmless.
 */
export class QueueUnavailableError extends Error {
  override name = 'QueueUnavailableError';
  readonly retryable = true;
  readonly retryAfterMs = 1_000;
}
