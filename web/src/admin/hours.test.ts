import { describe, expect, it } from '@jest/globals';
import type { ClientEventsSummary } from '@finito/api';
import { errorsByOperation, lastHours } from './hours.ts';

const now = Date.parse('2026-11-24T12:34:56Z');

function told(hour: string, changes: object = {}): ClientEventsSummary['metrics'][number] {
  return {
    hour,
    totalEvents: 10,
    errorEvents: 1,
    retryEvents: 2,
    circuitBreakerTrips: 3,
    eventsByType: { error: 1 },
    errorsByOperation: { 'messages.get': 1 },
    latencyCount: 4,
    averageLatency: 120,
    latencyQuantiles: { p50: 100, p90: 200, p99: 300 },
    uniqueSessions: 5,
    ...changes,
  };
}
const summary = (...metrics: ClientEventsSummary['metrics']): ClientEventsSummary => ({
  metrics,
  summary: { totalHours: metrics.length, totalEvents: 0, totalErrors: 0, averageLatency: 0 },
});

describe('the last hours', () => {
  it('are 24, the current one last, with nothing where nothing was told', () => {
    const hours = lastHours(summary(told('2026-11-24T12:00:00.000Z'), told('2026-11-23T13:00:00.000Z')), now);
    expect(hours).toHaveLength(24);
    expect(hours[23]).toMatchObject({
      events: 10,
      errors: 1,
      retries: 2,
      trips: 3,
      latency: 120,
      sessions: 5,
    });
    expect(hours[0]).toMatchObject({ events: 10, startsAt: new Date('2026-11-23T13:00:00Z') });
    expect(hours.slice(1, 23).every(({ events, latency }) => events === 0 && latency === null)).toBe(true);
  });

  it('leave out what is older', () => {
    expect(
      lastHours(summary(told('2026-11-23T12:00:00.000Z')), now).every(({ events }) => events === 0),
    ).toBe(true);
  });

  it('know no latency where no call was told of', () => {
    const [last] = lastHours(summary(told('2026-11-24T12:00:00.000Z', { latencyCount: 0 })), now).slice(-1);
    expect(last).toMatchObject({ latency: null, latencyP99: null });
  });
});

describe('errors by operation', () => {
  it('add up over the hours, most first', () => {
    const hours = [
      told('2026-11-24T11:00:00.000Z', { errorsByOperation: { other: 2, 'messages.get': 1 } }),
      told('2026-11-24T12:00:00.000Z', { errorsByOperation: { 'messages.get': 4 } }),
    ];
    expect(errorsByOperation(summary(...hours))).toEqual([
      ['messages.get', 5],
      ['other', 2],
    ]);
  });
});
