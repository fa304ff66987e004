import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClientEventPart, Db } from '../src/index.ts';
import { migratedDb } from './migrated-db.ts';

let database: Awaited<ReturnType<typeof migratedDb>>;
let hours: Db['clientEventHours'];
beforeAll(async () => {
  database = await migratedDb();
  hours = database.db.clientEventHours;
});
beforeEach(() => database.pool.query('TRUNCATE client_event_hours'));
afterAll(() => database.close());

const noon = new Date('2026-11-24T12:00:00Z');
const one = new Date('2026-11-24T13:00:00Z');

function aPart(changes: Partial<ClientEventPart> = {}): ClientEventPart {
  return {
    hour: noon,
    born: '1',
    eventsByType: { gmail_request: 8, error: 2 },
    errorsByOperation: { 'messages.get': 2 },
    circuitBreakerTrips: 1,
    latencySumMs: 1_000,
    latencyCounts: { '100': 7, '300': 1 },
    uniqueSessions: 3,
    ...changes,
  };
}

describe('hours of client events', () => {
  it('come back oldest first, with their totals, mean and quantiles', async () => {
    await hours.save([aPart({ hour: one, eventsByType: { retry: 4 } }), aPart()]);
    const [first, second] = await hours.list(noon);
    expect(first).toEqual({
      hour: noon,
      totalEvents: 10,
      errorEvents: 2,
      retryEvents: 0,
      circuitBreakerTrips: 1,
      eventsByType: { gmail_request: 8, error: 2 },
      errorsByOperation: { 'messages.get': 2 },
      latencyCount: 8,
      averageLatency: 125,
      latencyQuantiles: { p50: 100, p90: 300, p99: 300 },
      uniqueSessions: 3,
    });
    expect(second).toMatchObject({ hour: one, totalEvents: 4, errorEvents: 0, retryEvents: 4 });
    expect(await hours.list(one)).toHaveLength(1);
  });

  it('never shrink: what counts less than the saved part changes nothing', async () => {
    await hours.save([aPart({ eventsByType: { gmail_request: 30 }, uniqueSessions: 9 })]);
    await hours.save([aPart({ eventsByType: { gmail_request: 20 }, uniqueSessions: 5 })]);
    expect(await hours.list(noon)).toMatchObject([{ totalEvents: 30, uniqueSessions: 9 }]);
    await hours.save([aPart({ eventsByType: { gmail_request: 31 }, uniqueSessions: 10 })]);
    expect(await hours.list(noon)).toMatchObject([{ totalEvents: 31, uniqueSessions: 10 }]);
  });

  it('add up over the parts that Redis counted before and after it lost its data', async () => {
    await hours.save([
      aPart(),
      aPart({ born: '2', latencyCounts: { '100': 1, '50': 7 }, uniqueSessions: 2 }),
    ]);
    expect(await hours.list(noon)).toMatchObject([
      {
        totalEvents: 20,
        errorEvents: 4,
        errorsByOperation: { 'messages.get': 4 },
        circuitBreakerTrips: 2,
        latencyCount: 16,
        averageLatency: 125,
        latencyQuantiles: { p50: 100 },
        uniqueSessions: 3,
      },
    ]);
  });

  it('without a latency have a mean of 0', async () => {
    await hours.save([aPart({ latencySumMs: 0, latencyCounts: {} })]);
    expect(await hours.list(noon)).toMatchObject([
      { averageLatency: 0, latencyQuantiles: { p50: 0, p90: 0, p99: 0 } },
    ]);
  });

  it('are forgotten before a given moment', async () => {
    await hours.save([aPart(), aPart({ hour: one })]);
    await hours.deleteBefore(one);
    expect(await hours.list(new Date(0))).toMatchObject([{ hour: one }]);
  });
});
