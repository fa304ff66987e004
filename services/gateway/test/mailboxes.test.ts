import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiClient } from '@finito/api';
import { eraseMailbox, syncMailbox } from '@finito/jobs';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import { adminKey, aGateway, aMessage } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
let simulator: GmailSimulator;
beforeAll(async () => {
  simulator = await startGmailSimulator({ accounts: [] });
  gateway = await aGateway({ simulator });
});
afterAll(async () => {
  await gateway?.close();
  await simulator?.close();
});

async function anOwner() {
  const user = await gateway.aUser();
  const mailbox = await gateway.aMailbox(user.id);
  return { ...user, ...mailbox, api: createApiClient({ baseUrl: gateway.origin, token: user.token }) };
}

describe('a mailbox', () => {
  it('tells how far it is: listed is stored, gone, failed and pending together, with a pace and an end', async () => {
    const { api, lease, store } = await anOwner();
    const messages = ['a1', 'a2', 'a3', 'a4'].map((gmailId) => ({ gmailId, threadId: gmailId }));
    await gateway.db.ledger.recordPage(lease, { generation: 1, messages, nextPageToken: null });
    await store(aMessage('a1'));
    await gateway.db.ledger.settle(lease, [
      { gmailId: 'a2', outcome: 'failed', reason: 'GmailBadAnswerError' },
      { gmailId: 'a3', outcome: 'gone' },
    ]);
    const [mailbox] = (await api.listMailboxes()).items;
    expect(mailbox).toMatchObject({ state: 'syncing', paused: false });
    expect(mailbox?.progress).toMatchObject({
      listed: 4,
      stored: 1,
      gone: 1,
      failed: 1,
      pending: 1,
      waiting: null,
    });
    expect(mailbox?.progress.ratePerMinute).toBeGreaterThan(0);
    expect(mailbox?.progress.etaSeconds).toBeGreaterThan(0);
  });

  it('says why it waits and until when', async () => {
    const { api, lease } = await anOwner();
    await gateway.db.leases.release(lease, { wait: { reason: 'quota', forMs: 60_000 } });
    const waiting = (await api.listMailboxes()).items[0]?.progress.waiting;
    expect(waiting?.reason).toBe('quota');
    expect(Date.parse(waiting?.until ?? '')).toBeGreaterThan(Date.now());
  });

  it('waits as paused while an operator has paused all, and says so when no worker has time for it', async () => {
    const { api, lease, mailboxId } = await anOwner();
    const admin = createApiClient({ baseUrl: gateway.origin, headers: { 'x-admin-api-key': adminKey } });
    const waiting = async () => (await api.listMailboxes()).items[0]?.progress.waiting;
    expect(await admin.getFleet()).toEqual({ pausedSince: null });
    expect((await admin.pauseFleet()).pausedSince).not.toBeNull();
    expect(await waiting()).toEqual({ reason: 'paused', until: null });
    expect(await admin.resumeFleet()).toEqual({ pausedSince: null });
    await gateway.db.leases.release(lease, {});
    await until(async () => (await waiting())?.reason === 'backlog');
    await admin.setWeight({ body: { mailboxId, weight: 5 } });
    const strangers = { mailboxId: 'mb_0000000000000000', weight: 5 };
    await expect(admin.setWeight({ body: strangers })).rejects.toMatchObject({ status: 404 });
    await expect(admin.setWeight({ body: { mailboxId, weight: 0 } })).rejects.toMatchObject({ status: 400 });
  });

  it('is paused and resumed by its owner', async () => {
    const { api, mailboxId } = await anOwner();
    const paused = await api.pauseMailbox({ params: { id: mailboxId } });
    expect(paused).toMatchObject({ paused: true, progress: { waiting: { reason: 'paused', until: null } } });
    expect(await api.resumeMailbox({ params: { id: mailboxId } })).toMatchObject({ paused: false });
  });

  it('is synced at once when asked for; a paused one is not', async () => {
    const { api, mailboxId } = await anOwner();
    const before = (await gateway.jobs.counts(syncMailbox)).waiting;
    expect((await api.startSync({ body: { mailboxId } })).items).toMatchObject([{ mailboxId }]);
    await api.startSync();
    expect((await gateway.jobs.counts(syncMailbox)).waiting).toBe(before + 1);
    await api.pauseMailbox({ params: { id: mailboxId } });
    expect((await api.getSync()).items).toMatchObject([{ paused: true, nextSyncAt: null }]);
  });

  it('is out of reach once it is disconnected, its access revoked, and left to be erased', async () => {
    const { api, mailboxId, store, messageId } = await anOwner();
    await store(aMessage('b1'));
    await api.disconnectMailbox({ params: { id: mailboxId } });
    expect((await api.listMailboxes()).items).toEqual([]);
    expect((await api.listEmails()).items).toEqual([]);
    await expect(api.getEmail({ params: { id: messageId('b1') } })).rejects.toMatchObject({ status: 404 });
    expect((await gateway.jobs.counts(eraseMailbox)).waiting).toBeGreaterThan(0);
  });
});

describe('a failed message', () => {
  it('is listed with its reason, and tried again on demand', async () => {
    const { api, lease, mailboxId, messageId } = await anOwner();
    const messages = ['c1', 'c2', 'c3'].map((gmailId) => ({ gmailId, threadId: gmailId }));
    await gateway.db.ledger.recordPage(lease, { generation: 1, messages, nextPageToken: null });
    await gateway.db.ledger.settle(
      lease,
      messages.map(({ gmailId }) => ({ gmailId, outcome: 'failed' as const, reason: 'GmailBadAnswerError' })),
    );
    const first = await api.listFailures({ query: { limit: 2 } });
    const rest = await api.listFailures({ query: { limit: 2, cursor: first.nextCursor! } });
    const listed = [...first.items, ...rest.items];
    expect(listed.map((failure) => failure.messageId).sort()).toEqual(['c1', 'c2', 'c3'].map(messageId));
    expect(listed[0]).toMatchObject({ mailboxId, reason: 'GmailBadAnswerError', attempts: 1 });
    expect(await api.replayFailures({ body: { messageIds: [messageId('c1')] } })).toEqual({ accepted: 1 });
    expect(await api.replayFailures()).toEqual({ accepted: 2 });
    expect((await api.listMailboxes()).items[0]?.progress).toMatchObject({ failed: 0, pending: 3 });
  });
});
