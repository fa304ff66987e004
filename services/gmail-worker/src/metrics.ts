import type { Registry } from '@finito/service-kit';
import { Counter, Gauge, Histogram } from 'prom-client';

export interface WorkerMetrics {
  stored(messages: number): void;
  settled(outcome: 'gone' | 'failed' | 'retry'): void;
  planned(units: number, naiveUnits: number): void;
  unitsUsed(lane: string, units: number): void;
  quotaWaited(lane: string, reason: string): void;
  refused(scope: string): void;
  sliceEnded(reason: string): void;
  gmailRequest(operation: string, status: string, durationSeconds: number): void;
  breakerChanged(operationClass: string, state: 'closed' | 'half-open' | 'open'): void;
  mailboxes(countByState: Record<string, number>): void;
  unaccounted(messages: number): void;
}

/** The metrics of a worker. Labels come from closed sets: lanes, operations, reasons; never an id. */
export function workerMetrics(registry: Registry): WorkerMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers });

  const stored = counter('finito_sync_messages_stored_total', 'Messages stored that were not stored before.');
  const settled = counter('finito_sync_messages_settled_total', 'Messages not stored, by outcome.', [
    'outcome',
  ]);
  const planned = counter('finito_gmail_units_planned_total', 'Quota units of the fetches as planned.');
  const naive = counter(
    'finito_gmail_units_naive_total',
    'Quota units that fetching message by message would cost.',
  );
  const used = counter('finito_gmail_quota_units_total', 'Quota units used, by lane.', ['lane']);
  const waits = counter('finito_gmail_quota_waits_total', 'Requests for units that had to wait.', [
    'lane',
    'reason',
  ]);
  const refusals = counter('finito_gmail_refusals_total', 'Refusals by Google, by the quota they name.', [
    'scope',
  ]);
  const slices = counter('finito_sync_slices_ended_total', 'Slices that ended early, by reason.', ['reason']);
  const requests = new Histogram({
    name: 'finito_gmail_request_duration_seconds',
    help: 'Calls to Gmail.',
    labelNames: ['operation', 'status'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const breaker = gauge('finito_gmail_breaker_state', '0 closed, 1 half-open, 2 open.', ['class']);
  const byState = gauge('finito_mailboxes', 'Mailboxes by state.', ['state']);
  const unaccounted = gauge(
    'finito_sync_unaccounted_messages',
    'Listed messages that are neither stored, gone, failed nor pending; must be 0.',
  );

  return {
    stored: (messages) => stored.inc(messages),
    settled: (outcome) => settled.inc({ outcome }),
    planned(units, naiveUnits) {
      planned.inc(units);
      naive.inc(naiveUnits);
    },
    unitsUsed: (lane, units) => used.inc({ lane }, units),
    quotaWaited: (lane, reason) => waits.inc({ lane, reason }),
    refused: (scope) => refusals.inc({ scope }),
    sliceEnded: (reason) => slices.inc({ reason }),
    gmailRequest: (operation, status, durationSeconds) =>
      requests.observe({ operation, status }, durationSeconds),
    breakerChanged: (operationClass, state) =>
      breaker.set({ class: operationClass }, { closed: 0, 'half-open': 1, open: 2 }[state]),
    mailboxes(countByState) {
      for (const [state, count] of Object.entries(countByState)) byState.set({ state }, count);
    },
    unaccounted: (messages) => unaccounted.set(messages),
  };
}
