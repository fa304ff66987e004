// What is counted of an hour, each under a number here and under its name wherever it is kept. The set is closed: no
// client can add to it.
//
//   type:<type>  error:<operation>  state:<breaker state>  queue:<bucket>   how many events
//   latency:<ms>                                        how many calls of about that latency
//   trips  latencyMicros  queueTotal                    opened breakers; sums
import { clientOperations } from './client-event.ts';
import { latencyBuckets } from './latency-bucket.ts';

/** By the numbers of `hourFields`. */
export type HourCounts = number[];

const types = ['gmail_request', 'circuit_breaker', 'rate_limit', 'retry', 'error'];
const states = ['open', 'half-open', 'closed', 'unknown'];

/** Upper ends of the buckets of `queueSize`, as Prometheus shows them. */
export const queueSizeBuckets = [0, 1, 3, 10, 30, 100, 300];

const hourFields = [
  ...types.map((type) => `type:${type}`),
  ...clientOperations.map((operation) => `error:${operation}`),
  ...states.map((state) => `state:${state}`),
  ...[...queueSizeBuckets, 'more'].map((most) => `queue:${most}`),
  ...['trips', 'latencyMicros', 'queueTotal'],
  ...latencyBuckets.map((middle) => `latency:${middle}`),
];

export const fieldNumber = (name: string): number => hourFields.indexOf(name);

/** The numbers of `<kind>:<name>`, by name: to look one up costs less than to write its name. */
export function fieldNumbers(kind: string): ReadonlyMap<string | undefined, number> {
  const prefix = `${kind}:`;
  return new Map(
    hourFields.flatMap((name, number) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), number]] : [],
    ),
  );
}

export const noCounts = (): HourCounts => new Array<number>(hourFields.length).fill(0);

export function addCounts(sum: HourCounts, counts: HourCounts): void {
  for (let number = 0; number < counts.length; number += 1) sum[number]! += counts[number]!;
}

/** What is not 0, by name. */
export function namedCounts(counts: HourCounts): Record<string, number> {
  const named: Record<string, number> = {};
  for (let number = 0; number < counts.length; number += 1) {
    if (counts[number] !== 0) named[hourFields[number]!] = counts[number]!;
  }
  return named;
}
