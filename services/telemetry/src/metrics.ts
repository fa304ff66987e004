import type { ClientEvent, QueueCounts } from '@finito/jobs';
import type { Registry } from '@finito/service-kit';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { BatchCounts } from './count-events.ts';

export interface TelemetryMetrics {
  batch(outcome: 'counted' | 'repeated' | 'expired'): void;
  events(events: ClientEvent[], counts: Pick<BatchCounts, 'moved'>): void;
  anomaly(kind: 'error_rate' | 'breaker_trips', scope: 'batch' | 'hour'): void;
  snapshot(outcome: 'saved' | 'failed'): void;
  /** What the queues hold; `undefined` when it is not known, and then nothing is shown. */
  queues(counts: Map<string, QueueCounts> | undefined): void;
}

/** The metrics of telemetry. Labels come from closed sets: types, operations, queues; never a client's own words. */
export function telemetryMetrics(registry: Registry): TelemetryMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers });

  const batches = counter('finito_client_event_batches_total', 'Batches of client events.', ['outcome']);
  const anomalies = counter('finito_client_event_anomalies_total', 'Batches or hours that stood out.', [
    'kind',
    'scope',
  ]);
  const snapshots = counter('finito_client_event_snapshots_total', 'Savings of the hourly totals.', [
    'outcome',
  ]);
  // An alert on growth misses a series that begins with its first count.
  for (const outcome of ['counted', 'repeated', 'expired']) batches.inc({ outcome }, 0);
  for (const scope of ['batch', 'hour']) anomalies.inc({ kind: 'error_rate', scope }, 0);
  anomalies.inc({ kind: 'breaker_trips', scope: 'batch' }, 0);
  for (const outcome of ['saved', 'failed']) snapshots.inc({ outcome }, 0);
  const observe = eventMetrics(registry);
  const jobs = gauge('finito_queue_jobs', 'Jobs in a queue by state.', ['queue', 'state']);
  const oldest = gauge('finito_queue_oldest_age_seconds', 'Age of the oldest waiting job.', ['queue']);
  const samples = counter('finito_queue_samples_total', 'Looks at the queues.', ['outcome']);

  return {
    batch: (outcome) => batches.inc({ outcome }),
    events: observe,
    anomaly: (kind, scope) => anomalies.inc({ kind, scope }),
    snapshot: (outcome) => snapshots.inc({ outcome }),
    queues(counts) {
      samples.inc({ outcome: counts ? 'done' : 'failed' });
      jobs.reset();
      oldest.reset();
      for (const [queue, { oldestAgeSeconds, ...states }] of counts ?? []) {
        for (const [state, count] of Object.entries(states)) jobs.set({ queue, state }, count);
        oldest.set({ queue }, oldestAgeSeconds);
      }
    },
  };
}

/** What clients told, for rates and quantiles over any time; the hourly totals are kept apart from it. */
function eventMetrics(registry: Registry): TelemetryMetrics['events'] {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const events = counter('finito_client_events_total', 'Client events by type.', ['type']);
  const errors = counter('finito_client_errors_total', 'Errors that clients met, by operation.', [
    'operation',
  ]);
  const breakers = counter('finito_client_breaker_changes_total', "Changes of clients' breakers.", ['state']);
  const moved = counter(
    'finito_client_events_moved_total',
    'Events counted in the hour of their batch, for their own time was wrong.',
    ['reason'],
  );
  const latency = new Histogram({
    name: 'finito_client_request_latency_seconds',
    help: 'Calls to Gmail as clients saw them.',
    labelNames: ['operation'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const queueSize = new Histogram({
    name: 'finito_client_queue_size',
    help: 'Calls that waited in a client when it told.',
    buckets: [0, 1, 3, 10, 30, 100, 300],
    registers,
  });

  return (batch, counts) => {
    for (const { type, details } of batch) {
      const operation = details.operation ?? 'other';
      events.inc({ type });
      if (type === 'error') errors.inc({ operation });
      if (type === 'circuit_breaker') breakers.inc({ state: details.circuitBreakerState ?? 'unknown' });
      if (details.latency !== undefined) latency.observe({ operation }, details.latency / 1_000);
      if (details.queueSize !== undefined) queueSize.observe(details.queueSize);
    }
    for (const [reason, count] of Object.entries(counts.moved)) moved.inc({ reason }, count);
  };
}
