import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiClient } from '@finito/api';
import type { ApiClient } from '@finito/api';
import { Pool } from 'pg';
import { adminKey, aGateway, aMessage } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
let admin: ApiClient;
let pool: Pool;
beforeAll(async () => {
  gateway = await aGateway();
  admin = createApiClient({ baseUrl: gateway.origin, headers: { 'x-admin-api-key': adminKey } });
  pool = new Pool({ connectionString: gateway.databaseUrl, max: 1 });
});
afterAll(async () => {
  await pool?.end();
  await gateway?.close();
});

const url = 'https://hooks.example.com/finito';

describe('a webhook', () => {
  it('is created with a secret that is shown once and lies sealed in the database', async () => {
    const { secret, ...created } = await admin.createWebhook({ body: { url } });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(created).toMatchObject({ url, state: 'active', pending: 0, userId: null });
    expect(created.events).toEqual(['message-stored', 'message-changed', 'message-gone', 'mailbox-state']);
    expect((await admin.listWebhooks()).items).toContainEqual(created);
    const { rows } = await pool.query('SELECT * FROM webhooks');
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6));
    expect(gateway.log()).not.toContain(secret.slice(6));

    await admin.deleteWebhook({ params: { id: created.id } });
    await expect(admin.deleteWebhook({ params: { id: created.id } })).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    [{ url: 'http://hooks.example.com' }, 400],
    [{ url: 'ftp://hooks.example.com' }, 400],
    [{ url: 'https://user:secret@hooks.example.com' }, 400],
    [{ url: 'https://hooks.example.com/#part' }, 400],
    [{ url: 'javascript:alert(1)' }, 400],
    [{ url: `https://hooks.example.com/${'x'.repeat(2_000)}` }, 400],
    [{ url, events: [] }, 400],
    [{ url, events: ['ping'] }, 400],
    [{ url, secret: 'chosen' }, 400],
    [{ url, userId: 'usr_0123456789abcdef' }, 404],
  ])('is refused as %j', async (body, status) => {
    const before = (await admin.listWebhooks()).items.length;
    await expect(admin.createWebhook({ body: body as { url: string } })).rejects.toMatchObject({ status });
    expect((await admin.listWebhooks()).items).toHaveLength(before);
  });

  it('has a log of what it is told, newest first, page by page', async () => {
    const owner = await gateway.aUser();
    const { id } = await admin.createWebhook({ body: { url, userId: owner.id, events: ['message-stored'] } });
    const params = { id };
    await admin.testWebhook({ params });
    const mailbox = await gateway.aMailbox(owner.id);
    for (const gmailId of ['b1', 'b2', 'b3']) await mailbox.store(aMessage(gmailId));

    const first = await admin.listWebhookDeliveries({ params, query: { limit: 3 } });
    expect(first.items.map(({ type }) => type)).toEqual(Array.from({ length: 3 }, () => 'message-stored'));
    expect(first.items[0]).toMatchObject({ state: 'pending', attempts: 0, lastStatus: null, doneAt: null });
    const query = { limit: 3, cursor: first.nextCursor! };
    const second = await admin.listWebhookDeliveries({ params, query });
    expect(second.items.map(({ type }) => type)).toEqual(['ping']);
    expect(second.nextCursor).toBeNull();
    expect((await admin.listWebhooks()).items.find((hook) => hook.id === id)?.pending).toBe(4);
    const altered = { limit: 3, cursor: Buffer.from('["1;DROP"]').toString('base64url') };
    await expect(admin.listWebhookDeliveries({ params, query: altered })).rejects.toMatchObject({
      status: 400,
    });
  });

  it('that was disabled is tried again when it is enabled', async () => {
    const { id } = await admin.createWebhook({ body: { url } });
    await pool.query(
      'UPDATE webhooks SET disabled_at = now(), failing_since = now(), failures = 9 WHERE id = $1',
      [id],
    );
    expect((await admin.listWebhooks()).items.find((hook) => hook.id === id)?.state).toBe('disabled');
    expect(await admin.enableWebhook({ params: { id } })).toMatchObject({
      state: 'active',
      failingSince: null,
    });
  });
});
