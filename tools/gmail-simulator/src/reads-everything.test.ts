import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auth, gmail } from '@googleapis/gmail';
import { compareWithTruth, sampleMailbox, sampleOwner, startGmailSimulator } from './index.ts';
import type { GmailSimulator } from './index.ts';

let simulator: GmailSimulator;
beforeAll(async () => {
  const messages = await sampleMailbox({ messages: 1_500 });
  simulator = await startGmailSimulator({
    quotaEnforced: false,
    accounts: [{ emailAddress: sampleOwner.address, name: sampleOwner.name, messages }],
  });
});
afterAll(() => simulator.close());

function client() {
  const oauth = new auth.OAuth2();
  oauth.setCredentials({ access_token: simulator.issueTokens(sampleOwner.address).accessToken });
  return gmail({ version: 'v1', auth: oauth, rootUrl: `${simulator.url}/` });
}

describe('an unmodified @googleapis/gmail', () => {
  it('lists and reads the whole mailbox', async () => {
    const { users } = client();
    const rows = [];
    let pageToken: string | undefined;
    do {
      const { data } = await users.messages.list({
        userId: 'me',
        maxResults: 500,
        includeSpamTrash: true,
        pageToken,
      });
      for (const { id } of data.messages ?? []) {
        const { data: message } = await users.messages.get({ userId: 'me', id: id!, format: 'full' });
        expect(message.payload?.headers?.length).toBeGreaterThan(3);
        rows.push({
          gmailId: message.id!,
          threadId: message.threadId!,
          labelIds: message.labelIds ?? [],
          internalDate: Number(message.internalDate),
        });
      }
      pageToken = data.nextPageToken ?? undefined;
    } while (pageToken);
    expect(rows).toHaveLength(1_500);
    expect(compareWithTruth(rows, simulator.truth(sampleOwner.address))).toMatchObject({ equal: true });
    expect(simulator.report()).toMatchObject({ refusals: {}, fetchedTwice: 0 });
  });

  it('sees changes in the history, in order, and 404 once it is too old', async () => {
    const { users } = client();
    const { data: profile } = await users.getProfile({ userId: 'me' });
    const startHistoryId = profile.historyId!;
    const account = simulator.account(sampleOwner.address);
    const id = account.deliver({ raw: Buffer.from('Subject: Hi\r\nFrom: a@example.com\r\n\r\nHello\r\n') });
    account.changeLabels([id], ['STARRED'], ['UNREAD']);
    account.delete(id);
    const { data } = await users.history.list({ userId: 'me', startHistoryId });
    const kinds = data.history!.map(
      (record) => Object.keys(record).filter((key) => /Added|Removed|Deleted/.test(key))[0],
    );
    expect(kinds).toEqual(['messagesAdded', 'labelsAdded', 'labelsRemoved', 'messagesDeleted']);
    account.expireHistory();
    await expect(users.history.list({ userId: 'me', startHistoryId })).rejects.toMatchObject({ status: 404 });
  });

  it('reads an attachment, a raw message and a thread', async () => {
    const { users } = client();
    const { data: list } = await users.messages.list({
      userId: 'me',
      q: 'subject:"Your order"',
      maxResults: 50,
    });
    const { data: order } = await users.messages.get({ userId: 'me', id: list.messages!.at(-1)!.id! });
    const part = order.payload!.parts!.find(({ filename }) => filename?.startsWith('Invoice'));
    const { data } = await users.messages.attachments.get({
      userId: 'me',
      messageId: order.id!,
      id: part!.body!.attachmentId!,
    });
    expect(Buffer.from(data.data!, 'base64url').subarray(0, 4).toString()).toBe('%PDF');
    const { data: raw } = await users.messages.get({ userId: 'me', id: order.id!, format: 'raw' });
    expect(Buffer.from(raw.raw!, 'base64url').toString()).toMatch(
      /^(Return-Path|From|Date|Message-ID|To|Subject)/im,
    );
    const { data: thread } = await users.threads.get({ userId: 'me', id: order.threadId! });
    expect(thread.messages!.map(({ id }) => id)).toContain(order.id);
  });
});

describe('quota', () => {
  it('refuses what goes over a sliding minute, with Google’s own words, and counts it', async () => {
    const strict = await startGmailSimulator({
      accounts: [
        { emailAddress: 'q@example.com', name: 'Q', messages: [{ raw: Buffer.from('Subject: x\r\n\r\nx') }] },
      ],
    });
    const { accessToken } = strict.issueTokens('q@example.com');
    const id = strict.truth('q@example.com')[0]!.gmailId;
    const statuses = new Map<number, number>();
    for (let n = 0; n < 305; n += 1) {
      const url = `${strict.url}/gmail/v1/users/me/messages/${id}`;
      const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } });
      const body = (await response.json()) as { error?: { errors: { reason: string }[] } };
      if (response.status !== 200) expect(body.error!.errors[0]!.reason).toMatch(/ateLimitExceeded$/);
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    }
    expect(statuses.get(200)).toBe(300);
    expect(strict.report().refusals).toEqual({ user: 5 });
    await strict.close();
  });
});
