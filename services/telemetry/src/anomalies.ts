// What a person should look at: many errors in a batch or an hour, several breakers opened in one batch. Each is
// counted; the log gets at most one line a minute of a kind, for a client may send such batches as fast as it likes.
import type { Log } from '@finito/service-kit';
import type { TelemetryMetrics } from './metrics.ts';

export interface Thresholds {
  errorRate: number;
  /** Fewer events tell nothing about a rate. */
  minCount: number;
  breakerTrips: number;
}

export interface Anomalies {
  inBatch(batch: { events: number; errors: number; breakerTrips: number }): void;
  /** Looked at again and again while the hour goes on; told once an hour. */
  inHour(hour: Date, totals: { events: number; errors: number }): void;
}

const quietMs = 60_000;

export function createAnomalies({
  thresholds,
  metrics,
  log,
  now = Date.now,
}: {
  thresholds: Thresholds;
  metrics: Pick<TelemetryMetrics, 'anomaly'>;
  log: Log;
  now?: () => number;
}): Anomalies {
  const told = new Map<string, { at: number; untold: number }>();
  let toldHour = 0;

  function tell(kind: 'error_rate' | 'breaker_trips', facts: Record<string, number>): void {
    metrics.anomaly(kind, 'batch');
    const last = told.get(kind);
    if (last && now() - last.at < quietMs) {
      last.untold += 1;
      return;
    }
    log.warn({ kind, scope: 'batch', ...facts, untold: last?.untold ?? 0 }, 'client events stand out');
    told.set(kind, { at: now(), untold: 0 });
  }
  const isHigh = (events: number, errors: number) =>
    events >= thresholds.minCount && errors / events >= thresholds.errorRate;

  return {
    inBatch({ events, errors, breakerTrips }) {
      if (isHigh(events, errors)) tell('error_rate', { events, errors });
      if (breakerTrips >= thresholds.breakerTrips) tell('breaker_trips', { events, breakerTrips });
    },
    inHour(hour, { events, errors }) {
      if (hour.getTime() <= toldHour || !isHigh(events, errors)) return;
      toldHour = hour.getTime();
      metrics.anomaly('error_rate', 'hour');
      log.warn({ kind: 'error_rate', scope: 'hour', hour, events, errors }, 'client events stand out');
    },
  };
}
