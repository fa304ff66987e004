/** A local server could not be brought up; the message says what stands in the way and what to do. */
export class LocalServerError extends Error {
  override name = 'LocalServerError';
}
