// What clients told, for rates and quantiles over any time; the hourly totals are kept apart from it. The counts of a
// batch are added as they are: per event prom-client would cost more than all the rest.
import { clientOperations, queueSizeBuckets } from '@finito/jobs';
import type { CountedBatch } from '@finito/jobs';
import type { Registry } from '@finito/service-kit';
import { Counter } from 'prom-client';
import { countedHistogram } from './counted-histogram.ts';

const latencyBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function eventMetrics(registry: Registry): (batch: Pick<CountedBatch, 'hours' | 'moved'>) => void {
  const counter = (name: string, help: string, label: string) =>
    new Counter({ name, help, labelNames: [label], registers: [registry] });
  const events = counter('finito_client_events_total', 'Client events by type.', 'type');
  const errors = counter('finito_client_errors_total', 'Errors that clients met, by operation.', 'operation');
  const breakers = counter('finito_client_breaker_changes_total', "Changes of clients' breakers.", 'state');
  const moved = counter(
    'finito_client_events_moved_total',
    'Events counted in the hour of their batch, for their own time was wrong.',
    'reason',
  );
  // A rate or an alert on growth misses a series that begins with its first count.
  for (const type of ['gmail_request', 'circuit_breaker', 'rate_limit', 'retry', 'error'])
    events.inc({ type }, 0);
  for (const operation of clientOperations) errors.inc({ operation }, 0);
  for (const state of ['open', 'half-open', 'closed']) breakers.inc({ state }, 0);
  for (const reason of ['old', 'future']) moved.inc({ reason }, 0);
  const latency = countedHistogram(registry, {
    name: 'finito_client_request_latency_seconds',
    help: 'Calls to Gmail as clients saw them.',
    buckets: latencyBuckets,
  });
  const queueSize = countedHistogram(registry, {
    name: 'finito_client_queue_size',
    help: 'Calls that waited in a client when it told.',
    buckets: queueSizeBuckets,
  });
  const add: Record<string, (name: string, count: number) => void> = {
    type: (type, count) => events.inc({ type }, count),
    error: (operation, count) => errors.inc({ operation }, count),
    state: (state, count) => breakers.inc({ state }, count),
    // The middle of a bucket of 5 %: near an edge of Prometheus' buckets a call may count beyond it.
    latency: (ms, count) => latency.add(Number(ms) / 1_000, count),
    queue: (most, count) => queueSize.add(most === 'more' ? Infinity : Number(most), count),
    latencyMicros: (_, count) => latency.addToSum(count / 1e6),
    queueTotal: (_, count) => queueSize.addToSum(count),
  };

  return ({ hours, moved: { old, future } }) => {
    for (const [, fields] of hours) {
      for (const field in fields) {
        const colon = field.indexOf(':');
        const kind = colon < 0 ? field : field.slice(0, colon);
        add[kind]?.(field.slice(colon + 1), fields[field] as number);
      }
    }
    if (old > 0) moved.inc({ reason: 'old' }, old);
    if (future > 0) moved.inc({ reason: 'future' }, future);
  };
}
