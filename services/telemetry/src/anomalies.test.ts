import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLog } from '@finito/service-kit';
import { createAnomalies } from './anomalies.ts';

let lines: Record<string, unknown>[];
let counted: string[];
let clock: number;
let anomalies: ReturnType<typeof createAnomalies>;
beforeEach(() => {
  lines = [];
  counted = [];
  clock = 1_000_000;
  anomalies = createAnomalies({
    thresholds: { errorRate: 0.1, minCount: 20, breakerTrips: 3 },
    metrics: { anomaly: (kind, scope) => counted.push(`${kind} in a ${scope}`) },
    log: createLog({
      service: 'test',
      destination: { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) },
    }),
    now: () => clock,
  });
});

describe('R55: a batch stands out', () => {
  it.each([
    { events: 20, errors: 2, is: true },
    { events: 100, errors: 10, is: true },
    { events: 100, errors: 9, is: false },
    { events: 19, errors: 19, is: false },
  ])('with $errors errors among $events events: $is', ({ events, errors, is }) => {
    anomalies.inBatch({ events, errors, breakerTrips: 0 });
    expect(counted).toEqual(is ? ['error_rate in a batch'] : []);
    expect(lines).toHaveLength(is ? 1 : 0);
  });

  it('with three breakers opened, however small it is', () => {
    anomalies.inBatch({ events: 3, errors: 0, breakerTrips: 2 });
    expect(counted).toEqual([]);
    anomalies.inBatch({ events: 3, errors: 0, breakerTrips: 3 });
    expect(counted).toEqual(['breaker_trips in a batch']);
    expect(lines).toMatchObject([{ level: 'warn', kind: 'breaker_trips', events: 3, breakerTrips: 3 }]);
  });

  it('each is counted, and the log gets one line a minute that tells how many it kept back', () => {
    for (let i = 0; i < 50; i += 1) anomalies.inBatch({ events: 100, errors: 100, breakerTrips: 0 });
    clock += 60_000;
    anomalies.inBatch({ events: 100, errors: 100, breakerTrips: 0 });
    expect(counted).toHaveLength(51);
    expect(lines).toMatchObject([{ untold: 0 }, { untold: 49 }]);
  });
});

describe('R55: an hour stands out', () => {
  const noon = new Date('2026-11-24T12:00:00Z');

  it('once, when its errors reach the rate', () => {
    anomalies.inHour(noon, { events: 100, errors: 9 });
    expect(counted).toEqual([]);
    for (let i = 0; i < 3; i += 1) anomalies.inHour(noon, { events: 100, errors: 10 });
    anomalies.inHour(new Date(noon.getTime() + 3_600_000), { events: 100, errors: 50 });
    expect(counted).toEqual(['error_rate in a hour', 'error_rate in a hour']);
    expect(lines).toHaveLength(2);
  });
});
