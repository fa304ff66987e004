import type { FleetBreakerEvent } from '@finito/quota';
import type { Registry } from '@finito/service-kit';
import { Counter, Gauge, Histogram } from 'prom-client';
import { quotaMetrics } from './quota-metrics.ts';
import type { QuotaMetrics } from './quota-metrics.ts';
import { syncMetrics } from './sync-metrics.ts';
import type { SyncMetrics } from './sync-metrics.ts';

export type WorkerMetrics = SyncMetrics & QuotaMetrics & BreakerMetrics;

interface BreakerMetrics {
  fleetBreaker(event: FleetBreakerEvent): void;
}

/** Makes metrics of one registry. */
export function makers(registry: Registry) {
  const registers = [registry];
  return {
    counter: (name: string, help: string, labelNames: string[] = []) =>
      new Counter({ name, help, labelNames, registers }),
    gauge: (name: string, help: string, labelNames: string[] = []) =>
      new Gauge({ name, help, labelNames, registers }),
    histogram: (name: string, help: string, labelNames: string[], buckets: number[]) =>
      new Histogram({ name, help, labelNames, buckets, registers }),
  };
}

/** The metrics of a worker. Labels come from closed sets: lanes, operations, reasons; never an id. */
export function workerMetrics(registry: Registry): WorkerMetrics {
  const make = makers(registry);
  return { ...syncMetrics(make), ...quotaMetrics(make), ...breakerMetrics(make) };
}

function breakerMetrics({ counter, gauge }: ReturnType<typeof makers>): BreakerMetrics {
  const probes = counter(
    'finito_gmail_breaker_probes_total',
    'Calls made to learn whether Gmail is back: alive or dead.',
    ['class', 'outcome'],
  );
  const shared = gauge(
    'finito_gmail_breaker_shared',
    '1, or 0 while Redis is away and each process decides alone.',
  );
  shared.set(1);
  return {
    fleetBreaker(event) {
      if (event.kind !== 'probe') shared.set(event.kind === 'back' ? 1 : 0);
      else probes.inc({ class: event.name, outcome: event.isAlive ? 'alive' : 'dead' });
    },
  };
}
