export interface LatencySummary {
  /** Calls measured; at most the last 1,024 are kept. */
  count: number;
  /** Milliseconds; 0 while nothing is measured. */
  meanMs: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

const kept = 1_024;

export interface Latencies {
  add(ms: number): void;
  summary(): LatencySummary;
}

/** Exact mean and quantiles (nearest rank) of the latest calls; sorted only when asked. */
export function createLatencies(): Latencies {
  const ring: number[] = [];
  let position = 0;
  return {
    add(ms) {
      ring[position] = ms;
      position = (position + 1) % kept;
    },
    summary() {
      const sorted = ring.toSorted((a, b) => a - b);
      const quantile = (share: number) => sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? 0;
      const sum = sorted.reduce((total, ms) => total + ms, 0);
      return {
        count: sorted.length,
        meanMs: sorted.length === 0 ? 0 : sum / sorted.length,
        p50Ms: quantile(0.5),
        p95Ms: quantile(0.95),
        p99Ms: quantile(0.99),
        maxMs: quantile(1),
      };
    },
  };
}
