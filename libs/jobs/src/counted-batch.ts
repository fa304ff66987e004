// A batch of client events as it travels: counts under names of a closed set, and nothing else.
import { z } from 'zod';

/** A job of so many is at most 25 kB. */
export const maxBatchesInJob = 50;

const field = z
  .string()
  .regex(/^(?:trips|latencyMicros|queueTotal|(?:type|error|state|latency|queue):[A-Za-z0-9_.-]{1,30})$/);
const count = z.number().int().nonnegative();

/** Whose it is, and what anomalies are found by. */
const sender = z.object({
  /** An anonymous, daily-salted hash; never an address or a token. */
  clientKey: z.string().max(64),
  events: count,
  errors: count,
  breakerTrips: count,
});

const batch = sender.extend({
  id: z.string().min(1).max(64),
  receivedAt: z.number().int(),
  moved: z.object({ old: count, future: count }),
  /** The beginning of an hour (ms since 1970), and what is added to its fields. */
  hours: z.array(z.tuple([count, z.record(field, count)])).max(26),
  /** Batches of other senders that `moved` and `hours` contain as well. */
  others: z.array(sender).max(maxBatchesInJob).optional(),
});

export const countedBatches = z.object({ batches: z.array(batch).min(1).max(maxBatchesInJob) });

export type CountedBatch = z.infer<typeof batch>;
export type BatchSender = z.infer<typeof sender>;
