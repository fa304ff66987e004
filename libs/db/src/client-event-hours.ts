import type { Pool } from 'pg';

/** The client events of one hour as one life of Redis counted them. */
export interface ClientEventPart {
  hour: Date;
  /** Another one after Redis lost its data and counts from zero: the parts of an hour add up. */
  born: string;
  eventsByType: Record<string, number>;
  errorsByOperation: Record<string, number>;
  circuitBreakerTrips: number;
  latencySumMs: number;
  /** How many calls took about so many milliseconds: each key is the middle of a bucket. */
  latencyCounts: Record<string, number>;
  uniqueSessions: number;
}

export interface ClientEventHour {
  hour: Date;
  totalEvents: number;
  errorEvents: number;
  retryEvents: number;
  circuitBreakerTrips: number;
  eventsByType: Record<string, number>;
  errorsByOperation: Record<string, number>;
  /** Events that told a latency; an average over hours weighs by it. */
  latencyCount: number;
  /** Milliseconds; 0 when no event told one. */
  averageLatency: number;
  /** Milliseconds, as exact as the buckets that were saved. */
  latencyQuantiles: { p50: number; p90: number; p99: number };
  /** An estimate; of the largest part when Redis lost its data within the hour, so at least so many. */
  uniqueSessions: number;
}

export interface ClientEventHours {
  /** Replaces parts that are saved already where the new one counts more: saved late or twice, nothing shrinks. */
  save(parts: ClientEventPart[]): Promise<void>;
  /** The hours that begin at `since` or later, oldest first; an hour without events has no row. */
  list(since: Date): Promise<ClientEventHour[]>;
  deleteBefore(moment: Date): Promise<void>;
}

export function clientEventHours(pool: Pool): ClientEventHours {
  return {
    async save(parts) {
      if (parts.length === 0) return;
      await pool.query(
        `INSERT INTO client_event_hours AS h (hour, born, total_events, events_by_type, errors_by_operation,
           circuit_breaker_trips, latency_sum_ms, latency_counts, unique_sessions)
         SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::bigint[], $4::jsonb[], $5::jsonb[],
           $6::int[], $7::float8[], $8::jsonb[], $9::int[])
         ON CONFLICT (hour, born) DO UPDATE SET
           total_events = excluded.total_events, events_by_type = excluded.events_by_type,
           errors_by_operation = excluded.errors_by_operation,
           circuit_breaker_trips = excluded.circuit_breaker_trips, latency_sum_ms = excluded.latency_sum_ms,
           latency_counts = excluded.latency_counts, unique_sessions = excluded.unique_sessions, updated_at = now()
         WHERE excluded.total_events > h.total_events`,
        [
          parts.map((part) => part.hour),
          parts.map((part) => part.born),
          parts.map((part) => sum(part.eventsByType)),
          parts.map((part) => JSON.stringify(part.eventsByType)),
          parts.map((part) => JSON.stringify(part.errorsByOperation)),
          parts.map((part) => part.circuitBreakerTrips),
          parts.map((part) => part.latencySumMs),
          parts.map((part) => JSON.stringify(part.latencyCounts)),
          parts.map((part) => part.uniqueSessions),
        ],
      );
    },

    async list(since) {
      const { rows } = await pool.query<ClientEventPart>(
        `SELECT hour, born, events_by_type AS "eventsByType", errors_by_operation AS "errorsByOperation",
           circuit_breaker_trips AS "circuitBreakerTrips", latency_sum_ms AS "latencySumMs",
           latency_counts AS "latencyCounts", unique_sessions AS "uniqueSessions"
         FROM client_event_hours WHERE hour >= $1 ORDER BY hour, born`,
        [since],
      );
      return [...Map.groupBy(rows, ({ hour }) => hour.getTime()).values()].map(hourFrom);
    },

    async deleteBefore(moment) {
      await pool.query('DELETE FROM client_event_hours WHERE hour < $1', [moment]);
    },
  };
}

function hourFrom(parts: ClientEventPart[]): ClientEventHour {
  const eventsByType = added(parts.map((part) => part.eventsByType));
  const latencyCounts = added(parts.map((part) => part.latencyCounts));
  const latencyCount = sum(latencyCounts);
  const latencySumMs = parts.reduce((total, part) => total + part.latencySumMs, 0);
  return {
    hour: (parts[0] as ClientEventPart).hour,
    totalEvents: sum(eventsByType),
    errorEvents: eventsByType['error'] ?? 0,
    retryEvents: eventsByType['retry'] ?? 0,
    circuitBreakerTrips: parts.reduce((total, part) => total + part.circuitBreakerTrips, 0),
    eventsByType,
    errorsByOperation: added(parts.map((part) => part.errorsByOperation)),
    latencyCount,
    averageLatency: latencyCount === 0 ? 0 : latencySumMs / latencyCount,
    latencyQuantiles: quantiles(latencyCounts, latencyCount),
    uniqueSessions: Math.max(...parts.map((part) => part.uniqueSessions)),
  };
}

function quantiles(latencyCounts: Record<string, number>, count: number) {
  const buckets = Object.entries(latencyCounts)
    .map(([ms, calls]) => ({ ms: Number(ms), calls }))
    .sort((left, right) => left.ms - right.ms);
  const at = (quantile: number) => {
    let left = Math.ceil(quantile * count);
    return buckets.find(({ calls }) => (left -= calls) <= 0)?.ms ?? 0;
  };
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, n) => total + n, 0);

function added(many: Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const counts of many) {
    for (const [key, count] of Object.entries(counts)) total[key] = (total[key] ?? 0) + count;
  }
  return total;
}
