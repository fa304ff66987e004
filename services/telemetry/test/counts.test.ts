import { describe, expect, it } from '@jest/globals';
import type { ClientEvent } from '@finito/jobs';
import fc from 'fast-check';
import { addUpBatches, clockSkew, countClientEvents, hourOf } from '@finito/jobs';
import { totalsFrom } from '../src/totals-from.ts';

const hour = 3_600_000;
const receivedAt = Date.UTC(2026, 10, 24, 12, 30);
const at = (timestamp: number): ClientEvent => ({ type: 'retry', timestamp, details: {} });
const hoursOf = (...timestamps: number[]) => [
  ...countClientEvents(timestamps.map(at), receivedAt).hours.keys(),
];

describe('the hour of an event', () => {
  it('is its own, as long as that is within the last day', () => {
    expect(hoursOf(receivedAt - 2 * hour)).toEqual([Date.UTC(2026, 10, 24, 10)]);
    expect(hoursOf(receivedAt - 24 * hour)).toEqual([Date.UTC(2026, 10, 23, 12)]);
    expect(hoursOf(receivedAt)).toEqual([hourOf(receivedAt)]);
  });

  it.each([
    ['older than a day', receivedAt - 24 * hour - 1, { old: 1, future: 0 }],
    ['at the beginning of time', 0, { old: 1, future: 0 }],
    ['in the future', receivedAt + 1, { old: 0, future: 1 }],
    ['in a year', 8.64e15, { old: 0, future: 1 }],
  ])('is that of its batch when it lies %s', (_where, timestamp, moved) => {
    const counts = countClientEvents([at(timestamp)], receivedAt);
    expect([...counts.hours.keys()]).toEqual([hourOf(receivedAt)]);
    expect(counts.moved).toEqual(moved);
  });
});

describe('R49: the time of an event', () => {
  const minute = 60_000;

  it('is put right by the time at which its client says that it sent the batch', () => {
    const hoursBySkew = (skewMs: number) => [
      ...countClientEvents([at(receivedAt - 10 * minute - skewMs)], receivedAt, skewMs).hours.keys(),
    ];
    for (const skewMs of [-7 * hour, -40 * minute, 3 * hour]) {
      expect(hoursBySkew(skewMs)).toEqual([hourOf(receivedAt - 10 * minute)]);
    }
  });

  it('is left as it is when the clocks agree to a few seconds, and when nothing was said', () => {
    expect(clockSkew(receivedAt, receivedAt - 4_000)).toBe(0);
    expect(clockSkew(receivedAt, undefined)).toBe(0);
    expect(clockSkew(receivedAt, receivedAt + 2 * hour)).toBe(-2 * hour);
  });

  it('is that of the batch when the correction leads beyond a day or into the future', () => {
    const { hours, moved } = countClientEvents([at(receivedAt), at(1)], receivedAt, hour);
    expect([...hours.keys()]).toEqual([hourOf(receivedAt)]);
    expect(moved).toEqual({ old: 1, future: 1 });
  });
});

const anyEvent: fc.Arbitrary<ClientEvent> = fc.record({
  type: fc.constantFrom('gmail_request', 'circuit_breaker', 'rate_limit', 'retry', 'error'),
  timestamp: fc.integer({ min: receivedAt - 30 * hour, max: receivedAt + hour }),
  details: fc.record(
    {
      operation: fc.constantFrom('messages.get', 'history.list', 'other'),
      latency: fc.integer({ min: 0, max: 10_000 }),
      circuitBreakerState: fc.constantFrom('open', 'half-open', 'closed'),
    },
    { requiredKeys: [] },
  ),
});

const asRedisTells = (fields: Record<string, number>) =>
  Object.fromEntries(Object.entries(fields).map(([name, count]) => [name, String(count)]));

describe('counting', () => {
  it('adds every event to exactly one hour, and what is read back adds up', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 100 }), (events) => {
        const counts = countClientEvents(events, receivedAt);
        const parts = addUpBatches([{ id: 'b', receivedAt, clientKey: 'c', counts }]).flatMap(({ hours }) =>
          hours.map(([hourAt, fields]) => totalsFrom(hourAt, asRedisTells(fields), 0)),
        );
        const sum = (pick: (part: (typeof parts)[0]) => Record<string, number>) =>
          parts.flatMap((part) => Object.values(pick(part))).reduce((total, n) => total + n, 0);
        const withLatency = events.filter(({ details }) => details.latency !== undefined);
        const latencySum = withLatency.reduce((total, { details }) => total + (details.latency ?? 0), 0);
        expect(sum((part) => part.eventsByType)).toBe(events.length);
        expect(sum((part) => part.errorsByOperation)).toBe(counts.errors);
        expect(sum((part) => part.latencyCounts)).toBe(withLatency.length);
        expect(parts.reduce((total, part) => total + part.latencySumMs, 0)).toBeCloseTo(latencySum, 3);
        expect(parts.reduce((total, part) => total + part.circuitBreakerTrips, 0)).toBe(counts.breakerTrips);
      }),
    );
  });
});
