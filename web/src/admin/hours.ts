import type { ClientEventsSummary } from '@finito/api';

type ClientEventHour = ClientEventsSummary['metrics'][number];

export interface Hour {
  startsAt: Date;
  events: number;
  errors: number;
  retries: number;
  trips: number;
  /** Milliseconds; null where no call was told of. */
  latency: number | null;
  latencyP99: number | null;
  sessions: number;
}

const hourMs = 3_600_000;
const shown = 24;

/** The last 24 hours, oldest first; the server tells only those in which something happened. */
export function lastHours({ metrics }: ClientEventsSummary, now: number): Hour[] {
  const byStart = new Map(metrics.map((hour) => [Date.parse(hour.hour), hour]));
  const current = now - (now % hourMs);
  return Array.from({ length: shown }, (_, at) => {
    const start = current - (shown - 1 - at) * hourMs;
    return hourFrom(start, byStart.get(start));
  });
}

function hourFrom(start: number, told: ClientEventHour | undefined): Hour {
  const hasCalls = (told?.latencyCount ?? 0) > 0;
  return {
    startsAt: new Date(start),
    events: told?.totalEvents ?? 0,
    errors: told?.errorEvents ?? 0,
    retries: told?.retryEvents ?? 0,
    trips: told?.circuitBreakerTrips ?? 0,
    latency: told && hasCalls ? told.averageLatency : null,
    latencyP99: told && hasCalls ? told.latencyQuantiles.p99 : null,
    sessions: told?.uniqueSessions ?? 0,
  };
}

/** Errors by operation over all hours, most first. */
export function errorsByOperation({ metrics }: ClientEventsSummary): [operation: string, count: number][] {
  const sums = new Map<string, number>();
  for (const hour of metrics) {
    for (const [operation, count] of Object.entries(hour.errorsByOperation)) {
      sums.set(operation, (sums.get(operation) ?? 0) + count);
    }
  }
  return [...sums].sort(([, left], [, right]) => right - left);
}
