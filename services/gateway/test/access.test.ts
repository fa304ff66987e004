// Keys, and what lists tell of others. Every route against everybody who may not call it: authorisation.test.ts.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminKey, aGateway, aMessage, healthKeys } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await aGateway();
});
afterAll(() => gateway?.close());

const statusOf = async (path: string, headers: Record<string, string>) =>
  (await fetch(gateway.origin + path, { headers })).status;

describe('a key', () => {
  it('R25, R62: opens what it is for and nothing else, and two are valid while one is replaced', async () => {
    for (const key of healthKeys)
      expect(await statusOf('/api/health', { 'x-health-api-key': key })).toBe(200);
    expect(await statusOf('/api/health', { 'x-health-api-key': adminKey })).toBe(401);
    const totals = '/api/logs/client-events?admin=true';
    expect(await statusOf(totals, { 'x-admin-api-key': adminKey })).toBe(200);
    expect(await statusOf(totals, { 'x-admin-api-key': healthKeys[0]! })).toBe(401);
  });
});

describe('a list', () => {
  it('has nothing of another user, also when it is asked for', async () => {
    const owner = await gateway.aUser();
    const { mailboxId, store } = await gateway.aMailbox(owner.id);
    await store(aMessage('a1'));
    const { authorization } = await gateway.aUser();
    const all = ['/api/mailboxes', '/api/emails', '/api/labels', '/api/failures', '/api/sync'];
    const others = ['/api/emails', '/api/labels', '/api/failures'].map(
      (path) => `${path}?mailboxId=${mailboxId}`,
    );
    for (const path of [...all, ...others]) {
      const answer = await (await fetch(gateway.origin + path, { headers: { authorization } })).json();
      expect(answer).toMatchObject({ items: [] });
    }
  });
});
