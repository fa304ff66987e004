import type { Job, Payload } from './define-job.ts';
import { InvalidPayloadError } from './errors.ts';

/** Both ends of a queue parse: a producer's mistake stops there, a foreign or older writer's here. */
export function parsePayload<J extends Job>(job: J, payload: unknown): Payload<J> {
  const result = job.payload.safeParse(payload);
  if (result.success) return result.data as Payload<J>;
  const paths = result.error.issues.map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`);
  throw new InvalidPayloadError(`${job.name}: ${paths.join('; ')}`);
}
