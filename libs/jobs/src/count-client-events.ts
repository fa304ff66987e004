// A batch of client events as counts: what the gateway makes of it before anything is queued, so that no event ever
// reaches Redis, and what telemetry adds up.
import { fieldNumber, fieldNumbers, noCounts, queueSizeBuckets } from './client-event-fields.ts';
import type { HourCounts } from './client-event-fields.ts';
import type { ClientEvent } from './client-event.ts';
import { latencyBucket } from './latency-bucket.ts';

export interface ClientEventCounts {
  /** By the beginning of an hour (ms since 1970): what is added to its totals. */
  hours: Map<number, HourCounts>;
  events: number;
  errors: number;
  /** Breakers that opened. */
  breakerTrips: number;
  /** Events whose own time was not believed. */
  moved: { old: number; future: number };
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Clocks that agree to a few seconds need no correction; a browser's may be wrong by hours. */
const agreedMs = 5_000;

export const hourOf = (ms: number) => ms - (ms % hourMs);

/**
 * How much a client's clock is behind ours (ms; below 0 when it is ahead), by when it says that it sent a batch. What it
 * says is not believed beyond a day, and small differences are the way's.
 */
export function clockSkew(receivedAt: number, sentAt: number | undefined): number {
  const skew = sentAt === undefined ? 0 : receivedAt - sentAt;
  return Math.abs(skew) <= agreedMs ? 0 : skew;
}

/**
 * Adds up one batch. An event counts in its own hour, by a clock that is put right by `skewMs`; one that is then over a
 * day older than the batch, or younger than it, counts in the hour of the batch.
 */
export function countClientEvents(
  events: readonly ClientEvent[],
  receivedAt: number,
  skewMs = 0,
): ClientEventCounts {
  const moved = { old: 0, future: 0 };
  const counts: ClientEventCounts = {
    hours: new Map(),
    events: events.length,
    errors: 0,
    breakerTrips: 0,
    moved,
  };
  const batchHour = hourOf(receivedAt);
  let hour = -1;
  let fields: HourCounts = [];
  for (const event of events) {
    const at = event.timestamp + skewMs;
    // Right after the correction, a batch that took a moment on its way may still be ahead by that moment.
    const isFuture = at > receivedAt + (skewMs === 0 ? 0 : agreedMs);
    const isOld = at < receivedAt - dayMs;
    if (isOld) moved.old += 1;
    if (isFuture) moved.future += 1;
    const ownHour = isOld || at > receivedAt ? batchHour : hourOf(at);
    if (ownHour !== hour) fields = fieldsOf(counts.hours, (hour = ownHour));
    countEvent(counts, fields, event);
  }
  return counts;
}

const typeNumbers = fieldNumbers('type');
const usualType = typeNumbers.get('gmail_request')!;
const errorNumbers = fieldNumbers('error');
const stateNumbers = fieldNumbers('state');
const [trips, latencyMicros, queueTotal] = ['trips', 'latencyMicros', 'queueTotal'].map(fieldNumber) as [
  ...[number, number, number],
];
const firstLatency = Math.min(...fieldNumbers('latency').values());
const firstQueue = Math.min(...fieldNumbers('queue').values());

function countEvent(
  counts: ClientEventCounts,
  fields: HourCounts,
  { type, details = {} }: ClientEvent,
): void {
  fields[type === 'gmail_request' ? usualType : typeNumbers.get(type)!]! += 1;
  if (type === 'error') {
    counts.errors += 1;
    // What a stranger wrote goes no further.
    fields[errorNumbers.get(details.operation) ?? errorNumbers.get('other')!]! += 1;
  } else if (type === 'circuit_breaker') {
    fields[stateNumbers.get(details.circuitBreakerState ?? 'unknown')!]! += 1;
    if (details.circuitBreakerState === 'open') {
      counts.breakerTrips += 1;
      fields[trips]! += 1;
    }
  }
  const { latency, queueSize } = details;
  if (latency !== undefined) {
    fields[latencyMicros]! += Math.round(latency * 1_000);
    fields[firstLatency + latencyBucket(latency)]! += 1;
  }
  if (queueSize !== undefined) {
    fields[queueTotal]! += queueSize;
    fields[firstQueue + queueBucket(queueSize)]! += 1;
  }
}

function queueBucket(queueSize: number): number {
  const bucket = queueSizeBuckets.findIndex((most) => queueSize <= most);
  return bucket < 0 ? queueSizeBuckets.length : bucket;
}

function fieldsOf(hours: ClientEventCounts['hours'], hour: number): HourCounts {
  let fields = hours.get(hour);
  if (!fields) hours.set(hour, (fields = noCounts()));
  return fields;
}
