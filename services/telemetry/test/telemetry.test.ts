import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { addUpBatches, countClientEvents } from '@finito/jobs';
import { until } from '@finito/testing';
import { aBatch, anEvent, aWorld, sampleIn } from './running-telemetry.ts';

jest.setTimeout(90_000);

let world: Awaited<ReturnType<typeof aWorld>>;
afterEach(() => world.close());

describe('telemetry as a process', () => {
  it('R53: is ready, adds up what clients tell by the hour, and stops with 0 within 10 s of SIGTERM', async () => {
    world = await aWorld();
    const { process, get } = await world.start();
    await until(async () => (await get('/readyz')).status === 200);
    await world.send(
      aBatch({
        events: [
          anEvent('gmail_request', { operation: 'messages.get', latency: 100 }),
          anEvent('gmail_request', { operation: 'history.list', latency: 300 }),
          anEvent('error', { operation: 'messages.get' }),
          anEvent('retry', { retryCount: 1 }),
          anEvent('circuit_breaker', { circuitBreakerState: 'open' }),
          anEvent('circuit_breaker', { circuitBreakerState: 'closed' }),
        ],
      }),
    );
    await world.send(aBatch({ clientKey: 'client-2' }));
    await until(async () => (await world.total()) === 7);
    const [hour] = await world.listed();
    expect(hour).toMatchObject({
      errorEvents: 1,
      retryEvents: 1,
      circuitBreakerTrips: 1,
      errorsByOperation: { 'messages.get': 1 },
      averageLatency: 520 / 3,
      uniqueSessions: 2,
    });
    expect(hour!.latencyQuantiles.p99).toBeGreaterThan(285);
    expect(hour!.latencyQuantiles.p99).toBeLessThan(315);
    expect(await process.stop()).toBe(0);
  });

  it('saves what was counted since the last snapshot when it stops', async () => {
    world = await aWorld({ CLIENT_EVENTS_SNAPSHOT_SECONDS: '300' });
    const { process } = await world.start();
    await world.send(aBatch());
    await world.untilIdle();
    expect(await world.total()).toBe(0);
    expect(await process.stop()).toBe(0);
    expect(await world.total()).toBe(1);
  });
});

describe('exact totals', () => {
  it('a batch that is delivered three times counts once', async () => {
    world = await aWorld();
    const { get } = await world.start();
    const batch = aBatch({ events: [anEvent(), anEvent('error', {})] });
    for (let i = 0; i < 3; i += 1) await world.send(batch);
    await world.untilIdle();
    await until(async () => (await world.total()) === 2);
    const page = (await get('/metrics')).text;
    expect(sampleIn(page, 'finito_client_event_batches_total{outcome="counted"}')).toBe(1);
    expect(sampleIn(page, 'finito_client_event_batches_total{outcome="repeated"}')).toBe(2);
    expect(sampleIn(page, 'finito_client_events_total{type="error"}')).toBe(1);
  });

  it('two processes on one queue count every event once', async () => {
    world = await aWorld();
    await Promise.all([world.start(), world.start()]);
    const batches = Array.from({ length: 300 }, (_, i) =>
      aBatch({
        clientKey: `client-${i % 50}`,
        events: Array.from({ length: 1 + (i % 20) }, () => anEvent()),
      }),
    );
    const events = batches.reduce((total, batch) => total + batch.events.length, 0);
    await Promise.all([...batches, ...batches.slice(0, 100)].map((batch) => world.send(batch)));
    await world.untilIdle();
    await until(async () => (await world.total()) === events);
    const sessions = (await world.listed()).map(({ uniqueSessions }) => uniqueSessions);
    expect(Math.max(...sessions)).toBeGreaterThanOrEqual(48);
    expect(Math.max(...sessions)).toBeLessThanOrEqual(52);
  });

  it('a process killed while it counts, and started again, leaves the totals exact', async () => {
    world = await aWorld();
    const events = Array.from({ length: 50 }, () => anEvent());
    const batches = Array.from({ length: 400 }, () => aBatch({ events }));
    await Promise.all(batches.map((batch) => world.send(batch)));
    for (let kill = 0; kill < 2; kill += 1) {
      const before = await countedBatches();
      const { process } = await world.start();
      await until(async () => (await countedBatches()) > before, { everyMs: 1 });
      await process.stop({ signal: 'SIGKILL' });
      expect(await countedBatches()).toBeLessThan(400);
    }
    await world.start();
    await world.untilIdle();
    await until(async () => (await world.total()) === 400 * 50);
  });

  async function countedBatches(): Promise<number> {
    const keys = await world.redis.keys('{finito-client-events}:batches:*');
    const sizes = await Promise.all(keys.map((key) => world.redis.scard(key)));
    return sizes.reduce((total, size) => total + size, 0);
  }
});

describe('R54: the hours of the last day', () => {
  it('hold each event in its own hour; older ones are forgotten, and batches that come too late are dropped', async () => {
    world = await aWorld();
    const hour = 3_600_000;
    const dayBefore = new Date(Math.floor(Date.now() / hour) * hour - 30 * hour);
    const old = { errorsByOperation: {}, circuitBreakerTrips: 0, latencySumMs: 0, latencyCounts: {} };
    await world.db.clientEventHours.save([
      { ...old, hour: dayBefore, born: '1', eventsByType: { retry: 5 }, uniqueSessions: 1 },
    ]);
    const { get } = await world.start();
    await world.send(aBatch({ receivedAt: Date.now() - 25 * hour }));
    await world.send(
      aBatch({
        events: [0, 2 * hour, 2 * hour, 48 * hour].map((ago) => anEvent('retry', {}, Date.now() - 10 - ago)),
      }),
    );
    await until(async () => (await world.total()) === 4);
    expect((await world.listed()).map(({ totalEvents }) => totalEvents)).toEqual([2, 2]);
    await until(async () => (await world.db.clientEventHours.list(new Date(0))).length === 2);
    const page = (await get('/metrics')).text;
    expect(sampleIn(page, 'finito_client_event_batches_total{outcome="expired"}')).toBe(1);
    expect(sampleIn(page, 'finito_client_events_moved_total{reason="old"}')).toBe(1);
  });
});

describe('a job of many batches, as the gateway counts and gathers them', () => {
  function unsent(clientKey: string, id: string | undefined) {
    const receivedAt = Date.now();
    const events = [anEvent('error', {}, receivedAt), anEvent('gmail_request', { latency: 120 }, receivedAt)];
    return { id, receivedAt, clientKey, counts: countClientEvents(events, receivedAt) };
  }

  it('adds each batch once, also when some of them came before in another job', async () => {
    world = await aWorld();
    const { get } = await world.start();
    const batches = addUpBatches(Array.from({ length: 5 }, (_, at) => unsent(`client-${at}`, `batch-${at}`)));
    await world.send({ batches: batches.slice(0, 3) });
    await world.send({ batches: batches.slice(1) });
    await world.send({ batches });
    await world.untilIdle();
    await until(async () => (await world.total()) === 10);
    const page = (await get('/metrics')).text;
    expect(sampleIn(page, 'finito_client_event_batches_total{outcome="counted"}')).toBe(5);
    expect(sampleIn(page, 'finito_client_events_total{type="error"}')).toBe(5);
    expect(sampleIn(page, 'finito_client_request_latency_seconds_count')).toBe(5);
    expect(sampleIn(page, 'finito_client_request_latency_seconds_bucket{le="0.25"}')).toBe(5);
    expect(sampleIn(page, 'finito_client_request_latency_seconds_sum')).toBeCloseTo(0.6);
  });

  it('that were added up counts once, knows each of their clients, and finds what stands out in each of them', async () => {
    world = await aWorld({ CLIENT_EVENTS_MIN_COUNT: '2' });
    const { get } = await world.start();
    const batches = addUpBatches(Array.from({ length: 5 }, (_, at) => unsent(`client-${at}`, undefined)));
    for (let delivery = 0; delivery < 3; delivery += 1) await world.send({ batches });
    await world.untilIdle();
    await until(async () => (await world.total()) === 10);
    expect(await world.listed()).toMatchObject([{ totalEvents: 10, errorEvents: 5, uniqueSessions: 5 }]);
    const page = (await get('/metrics')).text;
    expect(sampleIn(page, 'finito_client_event_batches_total{outcome="counted"}')).toBe(5);
    expect(sampleIn(page, 'finito_client_event_batches_total{outcome="repeated"}')).toBe(10);
    expect(sampleIn(page, 'finito_client_event_anomalies_total{kind="error_rate",scope="batch"}')).toBe(5);
  });
});

describe('a Redis that was flushed', () => {
  it('takes nothing from the hours that are saved, and what comes after is added to them', async () => {
    world = await aWorld();
    await world.start();
    for (let i = 0; i < 10; i += 1) await world.send(aBatch());
    await until(async () => (await world.total()) === 10);
    await world.redisServer.flush();
    await world.send(aBatch({ events: [anEvent('error', {})] }));
    await until(async () => (await world.total()) === 11);
    await world.redisServer.flush();
    await world.send(aBatch());
    await until(async () => (await world.total()) === 12);
  });
});

describe('the queues', () => {
  it('are shown with depth and oldest age, and not at all while Redis does not answer', async () => {
    world = await aWorld();
    const { get } = await world.start();
    const { syncMailbox } = await import('@finito/jobs');
    await world.jobs.enqueue(syncMailbox, { mailboxId: 'mb_0123456789abcdef' });
    const waiting = 'finito_queue_jobs{queue="sync-mailbox",state="waiting"}';
    await until(async () => sampleIn((await get('/metrics')).text, waiting) === 1);
    await until(
      async () =>
        (sampleIn((await get('/metrics')).text, 'finito_queue_oldest_age_seconds{queue="sync-mailbox"}') ??
          0) > 1,
    );
    await world.redisServer.pause();
    try {
      await until(async () => sampleIn((await get('/metrics')).text, waiting) === undefined);
      expect((await get('/livez')).status).toBe(200);
      expect((await get('/readyz')).status).toBe(503);
    } finally {
      await world.redisServer.resume();
    }
    await until(async () => sampleIn((await get('/metrics')).text, waiting) === 1);
  });
});

describe('stopping on a bad day', () => {
  it.each(['frozen', 'gone'])('ends within 10 s while Redis is %s', async (fault) => {
    world = await aWorld();
    const { process } = await world.start();
    await world.send(aBatch());
    await until(async () => (await world.total()) === 1);
    if (fault === 'frozen') await world.redisServer.pause();
    else await world.redisServer.kill();
    const startedAt = performance.now();
    const code = await process.stop();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(code).toBe(0);
    if (fault === 'frozen') await world.redisServer.resume();
  });
});
