import type { Registry } from '@finito/service-kit';
import type { Metric } from 'prom-client';

export interface CountedHistogram {
  /** So many observations of one value, whose sum is added apart. */
  add(value: number, count: number): void;
  addToSum(sum: number): void;
}

/** A histogram of observations that were counted elsewhere; prom-client's own takes them one by one only. */
export function countedHistogram(
  registry: Registry,
  { name, help, buckets }: { name: string; help: string; buckets: number[] },
): CountedHistogram {
  const counts = new Array<number>(buckets.length + 1).fill(0);
  let sum = 0;
  const metric = {
    ...{ name, help, type: 'histogram', aggregator: 'sum', labelNames: [] },
    get() {
      let below = 0;
      const values = counts.map((count, at) => ({
        metricName: `${name}_bucket`,
        labels: { le: buckets[at] ?? '+Inf' },
        value: (below += count),
      }));
      const sumAndCount = [
        { metricName: `${name}_sum`, labels: {}, value: sum },
        { metricName: `${name}_count`, labels: {}, value: below },
      ];
      return Promise.resolve({ name, help, type: 'histogram', values: [...values, ...sumAndCount] });
    },
  };
  // What a registry asks of a metric is its name and `get`.
  registry.registerMetric(metric as unknown as Metric);
  return {
    add(value, count) {
      const at = buckets.findIndex((most) => value <= most);
      counts[at < 0 ? buckets.length : at]! += count;
    },
    addToSum(more) {
      sum += more;
    },
  };
}
