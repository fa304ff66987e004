import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiClient } from '@finito/api';
import type { ApiClient } from '@finito/api';
import { catalogue, ingestClientEvents, syncMailbox } from '@finito/jobs';
import { adminKey, aGateway } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

const mailboxId = 'mb_0123456789abcdef';
let gateway: TestGateway;
let admin: ApiClient;
beforeAll(async () => {
  gateway = await aGateway();
  admin = createApiClient({ baseUrl: gateway.origin, headers: { 'x-admin-api-key': adminKey } });
  await gateway.jobs.enqueue(syncMailbox, { mailboxId });
  await gateway.jobs.enqueue(syncMailbox, { mailboxId: 'mb_fedcba9876543210' }, { delayMs: 60_000 });
});
afterAll(() => gateway?.close());

/** Every key of the queues with what it holds. */
async function everything(): Promise<Record<string, string>> {
  const { producer } = gateway.redis;
  const keys = (await producer.keys(`${gateway.prefix}:*`)).sort();
  const dumps = await Promise.all(keys.map((key) => producer.dumpBuffer(key)));
  return Object.fromEntries(keys.map((key, i) => [key, dumps[i]?.toString('hex') ?? '']));
}

describe('the view of the queues', () => {
  it('tells what each queue holds', async () => {
    const { items } = await admin.listQueues();
    expect(items.map(({ name }) => name).sort()).toEqual(catalogue.map(({ name }) => name).sort());
    expect(items.find(({ name }) => name === 'sync-mailbox')).toMatchObject({
      ...{ lane: 'interactive', waiting: 1, active: 0, delayed: 1, failed: 0 },
    });
  });

  it('tells of a job what it is about, and nothing else of its payload', async () => {
    await gateway.jobs.enqueue(ingestClientEvents, {
      ...{ batchId: 'batch', receivedAt: 1, clientKey: 'planted-client-key' },
      events: [{ type: 'retry', timestamp: 1, details: {} }],
    });
    const waiting = { state: 'waiting' } as const;
    const { items } = await admin.listQueuedJobs({ params: { name: 'sync-mailbox' }, query: waiting });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      mailboxId,
      gmailId: null,
      attempts: 0,
      lastError: null,
      failedAt: null,
    });
    const events = await admin.listQueuedJobs({ params: { name: 'ingest-client-events' }, query: waiting });
    expect(events.items).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain('planted');
  });

  it('changes nothing', async () => {
    const before = await everything();
    expect(Object.keys(before).length).toBeGreaterThan(3);
    await admin.listQueues();
    for (const state of ['waiting', 'active', 'delayed', 'failed'] as const) {
      await admin.listQueuedJobs({ params: { name: 'sync-mailbox' }, query: { state } });
    }
    expect(await everything()).toEqual(before);
  });

  it('knows no other queue', async () => {
    for (const name of ['no-such-queue', '__proto__']) {
      await expect(admin.listQueuedJobs({ params: { name } })).rejects.toMatchObject({ status: 404 });
    }
  });
});
