import type { ClientEventsSummary } from '@finito/api';
import type { ClientEventHour } from '@finito/db';

/** The seed's shape: the hours, newest last, and their sum. An average over hours weighs by calls, not by hours. */
export function clientEventsSummaryOf(hours: ClientEventHour[]): ClientEventsSummary {
  const total = (count: (hour: ClientEventHour) => number) =>
    hours.reduce((sum, hour) => sum + count(hour), 0);
  const calls = total(({ latencyCount }) => latencyCount);
  const latencySum = total(({ latencyCount, averageLatency }) => latencyCount * averageLatency);
  return {
    metrics: hours.map(({ hour, ...counts }) => ({ ...counts, hour: hour.toISOString() })),
    summary: {
      totalHours: hours.length,
      totalEvents: total(({ totalEvents }) => totalEvents),
      totalErrors: total(({ errorEvents }) => errorEvents),
      averageLatency: calls === 0 ? 0 : latencySum / calls,
    },
  };
}
