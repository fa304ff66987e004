// Why content is asked for, from the front door to the worker's queue.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiClient } from '@finito/api';
import { createConsumer, fetchContent } from '@finito/jobs';
import type { Payload } from '@finito/jobs';
import { until } from '@finito/testing';
import { aGateway, aMessage } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
const asked: Payload<typeof fetchContent>[] = [];
let close: () => Promise<void>;

beforeAll(async () => {
  gateway = await aGateway();
  const redis = gateway.redis.worker.duplicate();
  const { prefix } = gateway;
  const consumer = createConsumer(fetchContent, async (payload) => void asked.push(payload), {
    redis,
    prefix,
  });
  close = async () => {
    await consumer.close();
    redis.disconnect();
  };
});
afterAll(async () => {
  await close?.();
  await gateway?.close();
});

async function aReader() {
  const user = await gateway.aUser();
  const { store, messageId, mailboxId } = await gateway.aMailbox(user.id);
  await store(aMessage('b1', { content: null }), aMessage('b2', { content: null, threadId: 'b1' }));
  const get = (query: string) =>
    fetch(`${gateway.origin}/api/emails/${messageId('b1')}${query}`, {
      headers: { authorization: user.authorization },
    });
  const reasons = () =>
    asked.filter((each) => each.mailboxId === mailboxId).map(({ gmailId, reason }) => `${gmailId} ${reason}`);
  return { get, reasons, api: createApiClient({ baseUrl: gateway.origin, token: user.token }), messageId };
}

describe('content that is not here', () => {
  it.each(['prefetch', 'background'] as const)(
    'is asked for as %s without a wait, and for nothing else',
    async (reason) => {
      const { get, reasons } = await aReader();
      const startedAt = performance.now();
      const answer = await get(`?reason=${reason}`);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      expect(answer.status).toBe(202);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await answer.json()).toMatchObject({ content: null });
      await until(() => reasons().length > 0);
      expect(reasons()).toEqual([`b1 ${reason}`]);
    },
  );

  it('is waited for a moment when rules need it, and nothing is read ahead for them', async () => {
    const { get, reasons } = await aReader();
    const startedAt = performance.now();
    expect((await get('?reason=rules')).status).toBe(202);
    expect(performance.now() - startedAt).toBeGreaterThan(1_000);
    expect(reasons()).toEqual(['b1 rules']);
  });

  it('is fetched for a viewer unless told, together with what he will likely open next', async () => {
    const { api, messageId, reasons } = await aReader();
    expect((await api.getEmail({ params: { id: messageId('b1') } })).content).toBeNull();
    expect(reasons().sort()).toEqual(['b1 viewing', 'b2 prefetch']);
  });

  it('is not asked for with a reason that is none', async () => {
    const { get, reasons } = await aReader();
    expect((await get('?reason=curiosity')).status).toBe(400);
    expect(reasons()).toEqual([]);
  });
});
