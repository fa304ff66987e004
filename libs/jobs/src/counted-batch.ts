// A batch of client events as it travels: counts under names of a closed set, and nothing else.
import { z } from 'zod';
import type { ClientEventCounts } from './count-client-events.ts';

/** A job of so many is 25 kB. */
export const maxBatchesInJob = 50;

const field = z
  .string()
  .regex(/^(?:trips|latencyMicros|queueTotal|(?:type|error|state|latency|queue):[A-Za-z0-9_.-]{1,30})$/);
const count = z.number().int().nonnegative();

const batch = z.object({
  id: z.string().min(1).max(64),
  receivedAt: z.number().int(),
  /** An anonymous, daily-salted hash; never an address or a token. */
  clientKey: z.string().max(64),
  events: count,
  errors: count,
  breakerTrips: count,
  moved: z.object({ old: count, future: count }),
  /** The beginning of an hour (ms since 1970), and what is added to its fields. */
  hours: z.array(z.tuple([count, z.record(field, count)])).max(26),
});

export const countedBatches = z.object({ batches: z.array(batch).min(1).max(maxBatchesInJob) });

export type CountedBatch = z.infer<typeof batch>;

/** What the counts of a batch become on their way. */
export function countedBatch(
  head: Pick<CountedBatch, 'id' | 'receivedAt' | 'clientKey'>,
  { hours, ...counts }: ClientEventCounts,
): CountedBatch {
  return {
    ...head,
    ...counts,
    hours: Array.from(hours, ([hour, fields]) => [hour, Object.fromEntries(fields)]),
  };
}
