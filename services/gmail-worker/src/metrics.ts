import type { Registry } from '@finito/service-kit';
import { Counter, Gauge, Histogram } from 'prom-client';
import { quotaMetrics } from './quota-metrics.ts';
import type { QuotaMetrics } from './quota-metrics.ts';
import { syncMetrics } from './sync-metrics.ts';
import type { SyncMetrics } from './sync-metrics.ts';

export type WorkerMetrics = SyncMetrics & QuotaMetrics & GmailMetrics;

interface GmailMetrics {
  gmailRequest(operation: string, status: string, durationSeconds: number): void;
  breakerChanged(operationClass: string, state: 'closed' | 'half-open' | 'open'): void;
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
  return { ...syncMetrics(make), ...quotaMetrics(make), ...gmailMetrics(make) };
}

function gmailMetrics({ gauge, histogram }: ReturnType<typeof makers>): GmailMetrics {
  const requests = histogram(
    'finito_gmail_request_duration_seconds',
    'Calls to Gmail.',
    ['operation', 'status'],
    [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  const breaker = gauge('finito_gmail_breaker_state', '0 closed, 1 half-open, 2 open.', ['class']);
  return {
    gmailRequest: (operation, status, durationSeconds) =>
      requests.observe({ operation, status }, durationSeconds),
    breakerChanged: (operationClass, state) =>
      breaker.set({ class: operationClass }, { closed: 0, 'half-open': 1, open: 2 }[state]),
  };
}
