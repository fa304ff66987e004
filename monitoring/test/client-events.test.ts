// A client event from the edge to the operator: gateway and telemetry as processes of their own.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '@finito/testing';
import { startServices } from './running-services.ts';

jest.setTimeout(90_000);

let services: Awaited<ReturnType<typeof startServices>>;
beforeAll(async () => {
  services = await startServices(['gateway', 'telemetry']);
});
afterAll(() => services?.close());

interface Totals {
  metrics: Record<string, unknown>[];
  summary: Record<string, number>;
}

async function totals(): Promise<Totals> {
  const answer = await fetch(`${services.url}/api/logs/client-events?admin=true`, {
    headers: { 'x-admin-api-key': services.adminKey },
  });
  return (await answer.json()) as Totals;
}

/** Again, when a busy machine has no time for it: what was refused with 503 was not counted. */
function send(body: object): Promise<{ accepted: number }> {
  return until(async () => {
    const answer = await fetch(`${services.url}/api/logs/client-events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.status === 202 ? ((await answer.json()) as { accepted: number }) : undefined;
  });
}

describe('R52, R53: what clients told', () => {
  it('is read by an operator as totals of the hour: events, errors by type, retries, trips, latency, sessions', async () => {
    const event = (type: string, details: object = {}) => ({ type, timestamp: Date.now(), details });
    const first = {
      sessionId: 'ann',
      batchId: 'first',
      events: [
        event('gmail_request', { operation: 'messages.get', latency: 100 }),
        event('gmail_request', { operation: 'history.list', latency: 300 }),
        event('error', { operation: 'messages.get' }),
        event('error', { operation: 'ya29.a0AfH6SMBx' }),
        event('retry', { retryCount: 1 }),
        event('circuit_breaker', { circuitBreakerState: 'open' }),
      ],
    };
    expect(await send(first)).toMatchObject({ accepted: 6 });
    // Sent again, as by a page that had no answer: it counts once.
    expect(await send(first)).toMatchObject({ accepted: 6 });
    expect(await send({ sessionId: 'bob', events: [event('rate_limit')] })).toMatchObject({ accepted: 1 });
    await until(async () => (await totals()).summary['totalEvents'] === 7, { timeoutMs: 20_000 });

    const { metrics, summary } = await totals();
    expect(summary).toMatchObject({ totalHours: 1, totalEvents: 7, totalErrors: 2, averageLatency: 200 });
    expect(metrics).toMatchObject([
      {
        totalEvents: 7,
        errorEvents: 2,
        retryEvents: 1,
        circuitBreakerTrips: 1,
        averageLatency: 200,
        uniqueSessions: 2,
        errorsByOperation: { 'messages.get': 1, other: 1 },
      },
    ]);
  });
});
