// Limits and event streams as callers meet them: through the whole gateway.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseSyncEvent } from '@finito/api';
import { createLog, createRedis } from '@finito/service-kit';
import { testRedis, until } from '@finito/testing';
import type { Redis } from 'ioredis';
import { createRateLimiter } from '../src/rate-limit.ts';
import { aGateway } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';
import { aPage } from './listening-page.ts';
import type { ListeningPage } from './listening-page.ts';

const log = createLog({ service: 'test', destination: { write: () => undefined } });
const limits = { general: 20, auth: 5, sync: 10, health: 3 };
const pages: ListeningPage[] = [];
let redis: Redis;
let gateway: TestGateway;

beforeAll(async () => {
  const { url } = await testRedis();
  redis = createRedis(url, { role: 'counter', log });
  const limiter = createRateLimiter({ redis, limits, deadlineMs: 20_000 });
  gateway = await aGateway({ needs: { limiter }, redisUrl: url });
  await until(() => redis.status === 'ready');
});
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});
afterAll(async () => {
  await gateway.close();
  redis.disconnect();
});

async function statuses(count: number, path: string, headers: (i: number) => Record<string, string>) {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, i) => fetch(gateway.origin + path, { headers: headers(i) })),
  );
  const of = (status: number) => answers.filter((answer) => answer.status === status);
  return { answers, of };
}

async function aListener(headers: Record<string, string>) {
  const page = await aPage(`${gateway.origin}/api/sync/events`, headers);
  pages.push(page);
  return page;
}

describe('the limits of the gateway', () => {
  it('R17: count tokens that prove nothing by the address, however many are made up', async () => {
    const { of } = await statuses(40, '/api/mailboxes', (i) => ({ authorization: `Bearer made-up-${i}` }));
    expect(of(401)).toHaveLength(limits.general);
    expect(of(429)).toHaveLength(40 - limits.general);
  });

  it('count a user once, by session and by token, and apart from its address', async () => {
    const { authorization, cookie } = await gateway.aUser();
    const { of } = await statuses(40, '/api/mailboxes', (i): Record<string, string> =>
      i % 2 === 0 ? { authorization } : { cookie },
    );
    expect(of(200)).toHaveLength(limits.general);
    expect(of(429)).toHaveLength(40 - limits.general);
  });

  it('R18, R19: are told with each answer, and a refused caller is told when to come back', async () => {
    const { authorization } = await gateway.aUser();
    const { answers, of } = await statuses(12, '/api/sync', () => ({ authorization }));
    const rests = answers.map(({ headers }) => Number(headers.get('x-ratelimit-remaining')));
    expect(rests.sort((a, b) => b - a)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]);
    for (const { headers } of answers) {
      expect(headers.get('x-ratelimit-limit')).toBe('10');
      expect(headers.get('ratelimit-policy')).toBe('"sync";q=10;w=60');
      expect(headers.get('ratelimit')).toMatch(/^"sync";r=\d+;t=(5\d|6[01])$/);
      const resetInSeconds = Number(headers.get('x-ratelimit-reset')) - Date.now() / 1_000;
      expect(Math.abs(resetInSeconds - 60)).toBeLessThan(15);
    }
    for (const answer of of(429)) {
      expect(answer.headers.get('retry-after')).toMatch(/^(4|5)\d$|^6[01]$/);
      expect(await answer.json()).toMatchObject({ type: '/problems/rate-limited', status: 429 });
    }
  });
});

describe('the event stream of the gateway', () => {
  it('needs a user', async () => {
    expect((await aListener({})).status).toBe(401);
  });

  it('tells a signed-in user what happens, uncompressed whatever is accepted', async () => {
    const { id, cookie } = await gateway.aUser();
    const { mailboxId, messageId } = await gateway.aMailbox(id);
    const page = await aListener({ cookie, 'accept-encoding': 'gzip, br' });
    expect(page.status).toBe(200);
    expect(page.headers['content-encoding']).toBeUndefined();
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    await until(() => page.hasPlace() && page.of('progress').length === 1);
    await gateway.events.publish(id, [{ type: 'message-stored', mailboxId, ids: [messageId('a1')] }]);
    await until(() => page.of('message-stored').length === 1);
    for (const { type, data } of page.events)
      expect(parseSyncEvent(type, JSON.stringify(data))).toBeDefined();
  });
});
