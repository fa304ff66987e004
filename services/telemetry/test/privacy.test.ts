import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { ClientEvent } from '@finito/jobs';
import { until } from '@finito/testing';
import { aBatch, anEvent, aWorld, sampleIn } from './running-telemetry.ts';

jest.setTimeout(90_000);

let world: Awaited<ReturnType<typeof aWorld>>;
afterEach(() => world.close());

const secrets = ['ann.smith@example.com', 'ya29.a0AfH6SMBx', 'Re: our merger', 'AKIA0123456789'];

/** What no client of ours sends, in every place that takes a string. */
function leakyEvent(secret: string): ClientEvent {
  return {
    ...anEvent('error', { operation: secret, [secret]: secret } as ClientEvent['details']),
    [secret]: secret,
    userId: secret,
  } as ClientEvent;
}

async function everythingInRedis(): Promise<string> {
  const { redis } = world;
  const dump = async (key: string): Promise<unknown> => {
    const type = await redis.type(key);
    if (type === 'hash') return redis.hgetall(key);
    if (type === 'set') return redis.smembers(key);
    if (type === 'list') return redis.lrange(key, 0, -1);
    if (type === 'zset') return redis.zrange(key, '0', '-1');
    if (type === 'stream') return redis.xrange(key, '-', '+');
    return redis.get(key);
  };
  const keys = await redis.keys('*');
  return JSON.stringify(await Promise.all(keys.map(async (key) => [key, await dump(key)])));
}

describe('R51: what telemetry keeps', () => {
  it('names no person: planted secrets reach neither Redis nor Postgres, nor a log or a metric', async () => {
    world = await aWorld({ LOG_LEVEL: 'trace', CLIENT_EVENTS_MIN_COUNT: '1' });
    await world.send(aBatch({ events: secrets.map(leakyEvent) }));
    const queued = await everythingInRedis();
    expect(queued).toContain('ingest-client-events');

    const { process, get } = await world.start();
    await until(async () => (await world.total()) === secrets.length);
    await world.untilIdle();
    const page = (await get('/metrics')).text;
    expect(process.output()).toContain('client events stand out');
    const { rows } = await world.pool.query('SELECT row_to_json(h) AS row FROM client_event_hours h');
    const kept = [queued, await everythingInRedis(), page, process.output(), JSON.stringify(rows)].join('\n');
    for (const secret of secrets) expect(kept).not.toContain(secret);
    expect(sampleIn(page, 'finito_client_errors_total{operation="other"}')).toBe(secrets.length);
  });

  it('stays as small under a flood of invented names as with our own', async () => {
    world = await aWorld();
    const { get } = await world.start();
    const types: ClientEvent['type'][] = ['gmail_request', 'error', 'retry', 'circuit_breaker', 'rate_limit'];
    for (let batch = 0; batch < 100; batch += 1) {
      const events = Array.from({ length: 100 }, (_, i) => {
        const n = batch * 100 + i;
        const details = { operation: `op"\n}${n}`, latency: n * 37.3, retryCount: n % 1_000, queueSize: n };
        // From long ago to times to come: those that are believed are of now, not of an hour that is about to be dropped.
        return anEvent(types[n % 5], details, Date.now() + (n - 1_700) * 1e9);
      });
      await world.send(aBatch({ clientKey: `client-${batch}`, events }));
    }
    await until(async () => (await world.total()) === 10_000);
    const page = (await get('/metrics')).text;
    const series = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(series.length).toBeLessThanOrEqual(500);
    expect(page.length).toBeLessThan(1_000_000);
    const [hour] = (await world.listed()).slice(-1);
    expect(Object.keys(hour!.eventsByType)).toHaveLength(5);
    expect(Object.keys(hour!.errorsByOperation)).toEqual(['other']);
  });
});
