// Latencies are counted in buckets that grow by a constant factor, as DDSketch does (Masson, Rim, Lee 2019): any
// quantile read from the counts is within 5 % of the true one, and counts of processes and hours simply add up.

const accuracy = 0.05;
const growth = (1 + accuracy) / (1 - accuracy);
const maxLatencyMs = 3_600_000;

const bucketOf = (ms: number) => Math.max(0, Math.ceil(Math.log(ms) / Math.log(growth)));

const names = Array.from({ length: bucketOf(maxLatencyMs) + 1 }, (_, bucket) =>
  String(Number(((2 * growth ** bucket) / (growth + 1)).toPrecision(4))),
);

/** The middle of the bucket that a latency of 0 to 3,600,000 ms falls into, in ms. Below 1 ms all are one bucket. */
export function latencyBucket(ms: number): string {
  return names[bucketOf(ms)] ?? (names.at(-1) as string);
}
