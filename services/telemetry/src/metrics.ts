import type { CountedBatch, QueueCounts } from '@finito/jobs';
import type { Registry } from '@finito/service-kit';
import { Counter, Gauge } from 'prom-client';
import { eventMetrics } from './event-metrics.ts';
import type { RedisState } from './redis-state.ts';

export interface TelemetryMetrics {
  batches(count: number, outcome: 'counted' | 'repeated' | 'expired'): void;
  counted(batch: Pick<CountedBatch, 'hours' | 'moved'>): void;
  anomaly(kind: 'error_rate' | 'breaker_trips', scope: 'batch' | 'hour'): void;
  snapshot(outcome: 'saved' | 'failed'): void;
  /** What the queues hold; `undefined` when it is not known, and then nothing is shown. */
  queues(counts: Map<string, QueueCounts> | undefined): void;
  /** What Redis says of itself; `undefined` when it does not answer. */
  redis(state: RedisState | undefined): void;
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
  const jobs = gauge('finito_queue_jobs', 'Jobs in a queue by state.', ['queue', 'state']);
  const oldest = gauge('finito_queue_oldest_age_seconds', 'Age of the oldest waiting job.', ['queue']);
  const samples = counter('finito_queue_samples_total', 'Looks at the queues.', ['outcome']);

  return {
    redis: redisGauges(registry),
    batches: (count, outcome) => batches.inc({ outcome }, count),
    counted: eventMetrics(registry),
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

/** Nothing old is shown: while Redis does not answer, `finito_redis_up` is 0 and the others are absent. */
function redisGauges(registry: Registry): TelemetryMetrics['redis'] {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const up = gauge('finito_redis_up', '1 while Redis answers.');
  // With a label each, so that a gauge can be absent.
  const facts = new Gauge({
    name: 'finito_redis_setting',
    help: '1 when Redis is set as jobs need it.',
    labelNames: ['setting'],
    registers,
  });
  const memory = new Gauge({
    name: 'finito_redis_memory_bytes',
    help: 'Memory that Redis uses, and may use at most.',
    labelNames: ['kind'],
    registers,
  });
  return (state) => {
    up.set(state ? 1 : 0);
    facts.reset();
    memory.reset();
    if (!state) return;
    facts.set({ setting: 'noeviction' }, Number(state.neverEvicts));
    facts.set({ setting: 'append_only' }, Number(state.isAppendOnly));
    facts.set({ setting: 'writes_ok' }, Number(state.lastWriteWasGood));
    memory.set({ kind: 'used' }, state.usedBytes);
    if (state.maxBytes !== null) memory.set({ kind: 'max' }, state.maxBytes);
  };
}
