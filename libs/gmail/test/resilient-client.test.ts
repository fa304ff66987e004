import { afterEach, describe, expect, it } from '@jest/globals';
import { createResilientGmailClient, tuningProfiles } from '../src/index.ts';
import { json, profile, refusal, startTinyServer, type Answerer } from './tiny-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function serve(answer: Answerer) {
  const server = await startTinyServer(answer);
  open.push(server);
  return server;
}

describe('the resilient client', () => {
  it('R37: takes a token or a function, and keeps to its concurrency and rate', async () => {
    const server = await serve((_request, response) => void setTimeout(() => json(response, profile), 10));
    for (const access of ['token', () => 'token', async () => 'token']) {
      const client = createResilientGmailClient(access, { apiUrl: server.url, interval: 100 });
      open.unshift(client);
      await Promise.all(Array.from({ length: 12 }, () => client.getProfile()));
    }
    expect(server.peak()).toBe(3);
    expect(new Set(server.requests.map(({ token }) => token))).toEqual(new Set(['token']));
  });

  it('R39: measures what it does, in true means and quantiles', async () => {
    const server = await serve((_request, response) => {
      if (server.requests.length === 2)
        json(response, refusal(429, 'rateLimitExceeded'), 429, { 'retry-after': '0' });
      else if (server.requests.length === 4) json(response, refusal(404, 'notFound'), 404);
      else json(response, profile);
    });
    const client = createResilientGmailClient('token', { apiUrl: server.url });
    open.unshift(client);
    for (let call = 0; call < 3; call += 1) await client.getProfile().catch(() => undefined);
    const metrics = client.getMetrics();
    expect(metrics).toMatchObject({
      circuitBreakerState: 'closed',
      queueSize: 0,
      pending: 0,
      requests: { getProfile: 4 },
      units: 4,
      retries: 1,
      refusals: 1,
      errors: 1,
      latency: { count: 4 },
    });
    const { meanMs, p50Ms, p95Ms, maxMs } = metrics.latency;
    expect(meanMs).toBeGreaterThan(0);
    expect(p50Ms).toBeLessThanOrEqual(p95Ms);
    expect(p95Ms).toBeLessThanOrEqual(maxMs);
  });

  it('R41: says whether it is healthy, and closes its breaker on demand', async () => {
    const server = await serve((_request, response) => json(response, refusal(500, 'backendError'), 500));
    const client = createResilientGmailClient('token', {
      apiUrl: server.url,
      intervalCap: 100,
      maxRetries: 0,
      ...tuningProfiles.critical,
    });
    open.unshift(client);
    expect(client.isHealthy()).toBe(true);
    await Promise.allSettled(Array.from({ length: 12 }, () => client.getProfile()));
    expect(client.isHealthy()).toBe(false);
    expect(client.getMetrics().circuitBreakerState).toBe('open');
    client.resetCircuitBreaker();
    expect(client.getMetrics().circuitBreakerState).toBe('closed');
    expect(client.isHealthy()).toBe(true);
  });
});
