import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GmailSimulator } from '../src/index.ts';
import { aMessage, clientOf, email, rawOf, simulatorWith } from './client.ts';

let simulator: GmailSimulator;
let users: ReturnType<typeof clientOf>;
let ids: string[];
beforeEach(async () => {
  simulator = await simulatorWith([
    aMessage({ subject: 'First', messageId: 'first@x' }),
    aMessage({ subject: 'Re: First', references: ['first@x'] }),
    aMessage({ subject: 'Other' }),
  ]);
  users = clientOf(simulator);
  ids = simulator.truth(email).map(({ gmailId }) => gmailId);
});
afterEach(() => simulator.close());

const labelsOf = (id: string) => simulator.truth(email).find(({ gmailId }) => gmailId === id)?.labelIds;
const idOf = (message: { data: { id?: string | null } }) => message.data.id!;

describe('changing messages', () => {
  it('adds and removes labels, of one, of many, and of a thread', async () => {
    await users.messages.modify({ userId: 'me', id: ids[2]!, requestBody: { addLabelIds: ['STARRED'] } });
    expect(labelsOf(ids[2]!)).toEqual(['INBOX', 'STARRED']);
    const requestBody = { ids: [...ids, 'gone'], removeLabelIds: ['INBOX'] };
    expect(await users.messages.batchModify({ userId: 'me', requestBody })).toMatchObject({ status: 204 });
    expect(simulator.truth(email).flatMap(({ labelIds }) => labelIds)).toEqual(['STARRED']);
    await users.threads.modify({ userId: 'me', id: ids[0]!, requestBody: { addLabelIds: ['UNREAD'] } });
    expect([labelsOf(ids[0]!), labelsOf(ids[1]!), labelsOf(ids[2]!)]).toEqual([
      ['UNREAD'],
      ['UNREAD'],
      ['STARRED'],
    ]);
  });

  it('refuses a label that there is none of, and a change that changes nothing', async () => {
    const modify = (requestBody: object) => users.messages.modify({ userId: 'me', id: ids[0]!, requestBody });
    await expect(modify({ addLabelIds: ['NOPE'] })).rejects.toMatchObject({
      status: 400,
      message: 'Invalid label: NOPE',
    });
    await expect(modify({ addLabelIds: ['SENT'] })).rejects.toMatchObject({ status: 400 });
    await expect(modify({})).rejects.toMatchObject({ status: 400 });
    await expect(
      users.messages.batchModify({
        userId: 'me',
        requestBody: { ids: Array<string>(1_001).fill('x'), addLabelIds: ['STARRED'] },
      }),
    ).rejects.toMatchObject({ status: 400 });
  });

  it('trash keeps the message out of the list until it is taken back; delete is for ever', async () => {
    const listed = async () => (await users.messages.list({ userId: 'me' })).data.messages?.length ?? 0;
    await users.messages.trash({ userId: 'me', id: ids[0]! });
    expect(labelsOf(ids[0]!)).toEqual(['TRASH']);
    expect(await listed()).toBe(2);
    await users.messages.untrash({ userId: 'me', id: ids[0]! });
    expect(await listed()).toBe(3);
    await users.messages.delete({ userId: 'me', id: ids[0]! });
    await expect(users.messages.get({ userId: 'me', id: ids[0]! })).rejects.toMatchObject({ status: 404 });
    await users.messages.batchDelete({ userId: 'me', requestBody: { ids: ids.slice(1) } });
    expect(simulator.truth(email)).toEqual([]);
  });
});

describe('adding messages', () => {
  it('sends into the thread it is told, with what a message needs and lacks', async () => {
    const raw = Buffer.from('To: ana@example.org\r\nSubject: Re: First\r\n\r\nYes.').toString('base64url');
    const sent = await users.messages.send({ userId: 'me', requestBody: { raw, threadId: ids[0]! } });
    expect(sent.data).toMatchObject({ threadId: ids[0], labelIds: ['SENT'] });
    const { data } = await users.messages.get({ userId: 'me', id: idOf(sent) });
    const headers = new Map(data.payload!.headers!.map(({ name, value }) => [name, value]));
    expect(headers.get('From')).toBe(`Robin <${email}>`);
    expect(headers.get('Message-ID')).toMatch(/^<.+@mail\.gmail\.com>$/);
  });

  it('finds what was sent by its Message-ID', async () => {
    const message = aMessage({ messageId: 'once@finito' });
    await users.messages.send({ userId: 'me', requestBody: { raw: rawOf(message) } });
    const { data } = await users.messages.list({ userId: 'me', q: 'rfc822msgid:once@finito' });
    expect(data.messages).toHaveLength(1);
    // It went to oneself as well.
    expect(labelsOf(data.messages![0]!.id!)).toEqual(['SENT', 'INBOX', 'UNREAD']);
  });

  it('imports with the date of the message, inserts with the date of now', async () => {
    const at = Date.UTC(2020, 4, 5);
    const raw = rawOf(aMessage({ at }));
    const imported = await users.messages.import({ userId: 'me', requestBody: { raw, labelIds: ['INBOX'] } });
    const inserted = await users.messages.insert({ userId: 'me', requestBody: { raw } });
    const dateOf = (id: string) => simulator.truth(email).find(({ gmailId }) => gmailId === id)!.internalDate;
    expect(dateOf(idOf(imported))).toBe(at);
    expect(dateOf(idOf(inserted))).toBeGreaterThan(Date.now() - 60_000);
  });

  it('takes a message as an upload, beside its JSON', async () => {
    const body = aMessage({ subject: 'Uploaded' }).raw.toString();
    const sent = await users.messages.send(
      { userId: 'me', requestBody: { threadId: ids[2]! }, media: { mimeType: 'message/rfc822', body } },
      // Google's client forgets its own root for uploads.
      { rootUrl: `${simulator.url}/` },
    );
    expect(sent.data.threadId).toBe(ids[2]);
    const { data } = await users.messages.get({ userId: 'me', id: idOf(sent), format: 'raw' });
    expect(Buffer.from(data.raw!, 'base64url').toString()).toBe(body);
  });

  it('refuses nothing to send, and a thread that is not there', async () => {
    await expect(users.messages.send({ userId: 'me', requestBody: {} })).rejects.toMatchObject({
      status: 400,
    });
    const requestBody = { raw: rawOf(aMessage()), threadId: 'ffff' };
    await expect(users.messages.send({ userId: 'me', requestBody })).rejects.toMatchObject({ status: 404 });
  });
});

describe('labels', () => {
  it('are made, renamed, counted and removed, with their messages', async () => {
    const { data: label } = await users.labels.create({ userId: 'me', requestBody: { name: 'Travel' } });
    const id = label.id!;
    await expect(
      users.labels.create({ userId: 'me', requestBody: { name: 'travel' } }),
    ).rejects.toMatchObject({
      status: 409,
    });
    await users.labels.patch({ userId: 'me', id, requestBody: { name: 'Journeys' } });
    const requestBody = { ids: [ids[0]!, ids[1]!], addLabelIds: [id, 'UNREAD'] };
    await users.messages.batchModify({ userId: 'me', requestBody });
    expect((await users.labels.get({ userId: 'me', id })).data).toMatchObject({
      name: 'Journeys',
      type: 'user',
      messagesTotal: 2,
      messagesUnread: 2,
      threadsTotal: 1,
      threadsUnread: 1,
    });
    await users.labels.delete({ userId: 'me', id });
    expect(labelsOf(ids[0]!)).toEqual(['INBOX', 'UNREAD']);
    expect((await users.labels.list({ userId: 'me' })).data.labels!.map((each) => each.id)).not.toContain(id);
    await expect(users.labels.delete({ userId: 'me', id: 'INBOX' })).rejects.toMatchObject({ status: 400 });
  });
});

describe('drafts', () => {
  it('an updated draft is another message, and the history shows both', async () => {
    const draft = (subject: string) => ({
      message: { raw: rawOf(aMessage({ subject })), threadId: ids[0]! },
    });
    const created = await users.drafts.create({ userId: 'me', requestBody: draft('One') });
    const startHistoryId = (await users.getProfile({ userId: 'me' })).data.historyId!;
    const updated = await users.drafts.update({
      userId: 'me',
      id: created.data.id!,
      requestBody: draft('Two'),
    });
    expect(updated.data.id).toBe(created.data.id);
    expect(updated.data.message!.id).not.toBe(created.data.message!.id);
    const { data } = await users.history.list({ userId: 'me', startHistoryId });
    expect(
      data.history!.map(({ messagesAdded, messagesDeleted }) => [
        messagesAdded?.[0]?.message?.id,
        messagesDeleted?.[0]?.message?.id,
      ]),
    ).toEqual([
      [updated.data.message!.id, undefined],
      [undefined, created.data.message!.id],
    ]);
    expect((await users.drafts.list({ userId: 'me' })).data.drafts).toEqual([
      { id: created.data.id, message: { id: updated.data.message!.id, threadId: ids[0] } },
    ]);
  });

  it('a draft that is sent is gone, and what was sent is in its thread', async () => {
    const requestBody = { message: { raw: rawOf(aMessage({ to: 'ana@example.org' })), threadId: ids[0]! } };
    const { data: draft } = await users.drafts.create({ userId: 'me', requestBody });
    expect((await users.drafts.get({ userId: 'me', id: draft.id! })).data.message!.labelIds).toEqual([
      'DRAFT',
    ]);
    const sent = await users.drafts.send({ userId: 'me', requestBody: { id: draft.id! } });
    expect(sent.data).toMatchObject({ threadId: ids[0], labelIds: ['SENT'] });
    await expect(users.drafts.get({ userId: 'me', id: draft.id! })).rejects.toMatchObject({ status: 404 });
    const { data: other } = await users.drafts.create({ userId: 'me', requestBody });
    await users.drafts.delete({ userId: 'me', id: other.id! });
    expect((await users.drafts.list({ userId: 'me' })).data.drafts).toBeUndefined();
  });
});
