import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiClient } from '@finito/api';
import type { ApiClient } from '@finito/api';
import { createLog, createRegistry } from '@finito/service-kit';
import { until } from '@finito/testing';
import { gatewayMetrics } from '../src/metrics.ts';
import { createRateLimitOverrides } from '../src/rate-limit-overrides.ts';
import { adminKey, aGateway } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
let admin: ApiClient;
beforeAll(async () => {
  gateway = await aGateway({ limits: { general: 1_000, auth: 10, sync: 50, health: 20 } });
  admin = createApiClient({ baseUrl: gateway.origin, headers: { 'x-admin-api-key': adminKey } });
});
afterAll(() => gateway?.close());

const minute = { expiresInSeconds: 60 };
const limitOf = async (user: { authorization: string }, path = '/api/mailboxes') => {
  const response = await fetch(gateway.origin + path, { headers: { authorization: user.authorization } });
  return { status: response.status, limit: Number(response.headers.get('x-ratelimit-limit')) };
};

describe('an override of a rate limit', () => {
  it('R22: holds at once for whom it names, and for nobody else', async () => {
    const [busy, other] = [await gateway.aUser(), await gateway.aUser()];
    for (let i = 0; i < 3; i++) await limitOf(busy);
    const { id } = await admin.overrideRateLimit({
      body: { rateClass: 'general', identity: busy.id, requestsPerMinute: 3, ...minute },
    });
    expect(await limitOf(busy)).toEqual({ status: 429, limit: 3 });
    expect(await limitOf(busy, '/api/sync')).toEqual({ status: 200, limit: 50 });
    expect(await limitOf(other)).toEqual({ status: 200, limit: 1_000 });

    // One who was refused gets through at once when the limit is raised, not when its window ends.
    await admin.overrideRateLimit({
      body: { rateClass: 'general', identity: busy.id, requestsPerMinute: 50, ...minute },
    });
    expect(await limitOf(busy)).toEqual({ status: 200, limit: 50 });
    expect((await admin.listRateLimits()).items.map((item) => item.id)).not.toContain(id);
  });

  it('of a class holds for each caller, but for those with one of their own, until it is ended', async () => {
    const [one, special] = [await gateway.aUser(), await gateway.aUser()];
    const body = { rateClass: 'sync', reason: 'Black Friday', ...minute } as const;
    const { id } = await admin.overrideRateLimit({ body: { ...body, requestsPerMinute: 77 } });
    await admin.overrideRateLimit({ body: { ...body, identity: special.id, requestsPerMinute: 5 } });
    expect((await limitOf(one, '/api/sync')).limit).toBe(77);
    expect((await limitOf(special, '/api/sync')).limit).toBe(5);

    await admin.endRateLimitOverride({ params: { id } });
    expect((await limitOf(one, '/api/sync')).limit).toBe(50);
    await expect(admin.endRateLimitOverride({ params: { id } })).rejects.toMatchObject({ status: 404 });
  });

  it('of an address holds for its callers who prove nothing', async () => {
    const body = { rateClass: 'general', identity: '127.0.0.1', requestsPerMinute: 999, ...minute } as const;
    const { id } = await admin.overrideRateLimit({ body });
    const response = await fetch(`${gateway.origin}/api/openapi.json`);
    expect(response.headers.get('x-ratelimit-limit')).toBe('999');
    await admin.endRateLimitOverride({ params: { id } });
  });

  it('R65: ends by itself', async () => {
    const user = await gateway.aUser();
    await admin.overrideRateLimit({
      body: { rateClass: 'general', identity: user.id, requestsPerMinute: 7, expiresInSeconds: 1 },
    });
    expect((await limitOf(user)).limit).toBe(7);
    await until(async () => (await limitOf(user)).limit === 1_000);
  });

  it('reaches the other gateways within seconds', async () => {
    const log = createLog({ service: 'test', destination: { write: () => undefined } });
    const metrics = gatewayMetrics(createRegistry({ service: 'gateway', version: 'test' }));
    const elsewhere = createRateLimitOverrides({ db: gateway.db, metrics, log });
    await admin.overrideRateLimit({ body: { rateClass: 'auth', requestsPerMinute: 33, ...minute } });
    await until(() => elsewhere.limitFor('auth', 'ip:192.0.2.1') === 33, { timeoutMs: 5_000 });
    elsewhere.stop();
  });

  it('is refused for a user who is not there, a limit that is none, and a time that is too long', async () => {
    const body = { rateClass: 'general', requestsPerMinute: 10, ...minute } as const;
    const refused = async (changes: object, status: number) =>
      expect(admin.overrideRateLimit({ body: { ...body, ...changes } })).rejects.toMatchObject({ status });
    const before = (await admin.listRateLimits()).items.length;
    await refused({ identity: 'usr_0123456789abcdef' }, 404);
    await refused({ identity: 'somebody' }, 400);
    await refused({ requestsPerMinute: 0 }, 400);
    await refused({ expiresInSeconds: 604_801 }, 400);
    await refused({ rateClass: 'all' }, 400);
    await refused({ reason: 'a\0b' }, 400);
    expect((await admin.listRateLimits()).items).toHaveLength(before);
  });
});
