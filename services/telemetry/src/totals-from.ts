import type { ClientEventPart } from '@finito/db';

/** The totals of an hour from the fields that libs/jobs/src/client-event-fields.ts names. */
export function totalsFrom(
  hour: number,
  fields: Record<string, string>,
  uniqueSessions: number,
): ClientEventPart {
  const part: ClientEventPart = {
    hour: new Date(hour),
    born: fields['born'] ?? '',
    eventsByType: {},
    errorsByOperation: {},
    circuitBreakerTrips: Number(fields['trips'] ?? 0),
    latencySumMs: Number(fields['latencyMicros'] ?? 0) / 1_000,
    latencyCounts: {},
    uniqueSessions,
  };
  const groups: Record<string, Record<string, number>> = {
    type: part.eventsByType,
    error: part.errorsByOperation,
    latency: part.latencyCounts,
  };
  for (const [field, count] of Object.entries(fields)) {
    const [kind = '', name] = field.split(':');
    const group = groups[kind];
    if (group && name !== undefined) group[name] = Number(count);
  }
  return part;
}
