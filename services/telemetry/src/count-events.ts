import type { ClientEvent } from '@finito/jobs';
import { latencyBucket } from './latency-bucket.ts';

export interface BatchCounts {
  /** By the beginning of an hour (ms since 1970): what is added to which field of its totals. */
  hours: Map<number, Map<string, number>>;
  events: number;
  errors: number;
  /** Breakers that opened. */
  breakerTrips: number;
  /** Events whose own time was not believed. */
  moved: { old: number; future: number };
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const hourOf = (ms: number) => ms - (ms % hourMs);

/**
 * Adds up one batch. An event counts in its own hour; one that is over a day older than the batch, or younger than
 * it, comes from a clock that is wrong and counts in the hour of the batch. The fields are read by `totals-from.ts`.
 */
export function countEvents(events: ClientEvent[], receivedAt: number): BatchCounts {
  const counts: BatchCounts = {
    hours: new Map(),
    events: events.length,
    errors: 0,
    breakerTrips: 0,
    moved: { old: 0, future: 0 },
  };
  for (const { type, timestamp, details } of events) {
    const isOld = timestamp < receivedAt - dayMs;
    const isFuture = timestamp > receivedAt;
    if (isOld) counts.moved.old += 1;
    if (isFuture) counts.moved.future += 1;
    const fields = fieldsOf(counts.hours, hourOf(isOld || isFuture ? receivedAt : timestamp));

    add(fields, `type:${type}`, 1);
    if (type === 'error') {
      counts.errors += 1;
      add(fields, `error:${details.operation ?? 'other'}`, 1);
    }
    if (type === 'circuit_breaker' && details.circuitBreakerState === 'open') {
      counts.breakerTrips += 1;
      add(fields, 'trips', 1);
    }
    if (details.latency !== undefined) {
      add(fields, 'latencyMicros', Math.round(details.latency * 1_000));
      add(fields, `latency:${latencyBucket(details.latency)}`, 1);
    }
  }
  return counts;
}

function fieldsOf(hours: BatchCounts['hours'], hour: number): Map<string, number> {
  let fields = hours.get(hour);
  if (!fields) hours.set(hour, (fields = new Map()));
  return fields;
}

function add(fields: Map<string, number>, field: string, by: number): void {
  fields.set(field, (fields.get(field) ?? 0) + by);
}
