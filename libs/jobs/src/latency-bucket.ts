// Latencies are counted in buckets that grow by a constant factor, as DDSketch does (Masson, Rim, Lee 2019): any
// quantile read from the counts is within 5 % of the true one, and counts of processes and hours simply add up.

const accuracy = 0.05;
const growth = (1 + accuracy) / (1 - accuracy);
const perLog = 1 / Math.log(growth);
const maxLatencyMs = 3_600_000;

const bucketOf = (ms: number) => (ms <= 1 ? 0 : Math.ceil(Math.log(ms) * perLog));

/** The middle of each bucket, in ms. */
export const latencyBuckets: readonly number[] = Array.from(
  { length: bucketOf(maxLatencyMs) + 1 },
  (_, bucket) => Number(((2 * growth ** bucket) / (growth + 1)).toPrecision(4)),
);

/** The number of the bucket for a latency of 0 to 3,600,000 ms. Below 1 ms all are one bucket. */
export function latencyBucket(ms: number): number {
  return Math.min(bucketOf(ms), latencyBuckets.length - 1);
}
