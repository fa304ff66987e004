import { afterEach, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareWithTruth, loadMailFile, sampleMailbox, startGmailSimulator } from '../src/index.ts';
import type { GmailSimulator, MessageSource, TruthRow } from '../src/index.ts';
import { aMessage, call, clientOf, email, simulatorWith } from './client.ts';

let simulator: GmailSimulator;
afterEach(() => simulator.close());

/** Lists and reads every message, as a product does that knows nothing better. */
async function readAll(largest: number): Promise<TruthRow[]> {
  const users = clientOf(simulator);
  const rows: TruthRow[] = [];
  let pageToken: string | undefined;
  do {
    const { data } = await users.messages.list({
      userId: 'me',
      maxResults: largest,
      includeSpamTrash: true,
      pageToken,
    });
    for (const { id } of data.messages ?? []) {
      const { data: message } = await users.messages.get({ userId: 'me', id: id!, format: 'full' });
      expect(typeof message.payload?.mimeType).toBe('string');
      rows.push({
        gmailId: message.id!,
        threadId: message.threadId!,
        labelIds: message.labelIds ?? [],
        internalDate: Number(message.internalDate),
      });
    }
    pageToken = data.nextPageToken ?? undefined;
  } while (pageToken);
  return rows;
}

describe('an unmodified @googleapis/gmail', () => {
  it('lists and reads the whole sample mailbox, each message once', async () => {
    simulator = await simulatorWith(await sampleMailbox({ messages: 1_000 }));
    const rows = await readAll(500);
    expect(rows).toHaveLength(1_000);
    expect(compareWithTruth(rows, simulator.truth(email))).toMatchObject({ equal: true });
    expect(simulator.report()).toMatchObject({ refusals: {}, fetchedTwice: 0 });
  }, 120_000);

  const realMail = '/work/shared/mail';
  const withRealMail = existsSync(realMail) ? it : it.skip;

  withRealMail(
    'lists and reads real mail: a list with odd charsets, and messages that no parser agrees on',
    async () => {
      async function* mail(): AsyncGenerator<MessageSource> {
        yield* loadMailFile(join(realMail, 'lists-ponymail.mbox.gz'));
        yield* loadMailFile(join(realMail, 'odd'));
      }
      simulator = await startGmailSimulator({
        quotaEnforced: false,
        accounts: [{ emailAddress: email, name: 'Robin', messages: mail() }],
      });
      const odd = readdirSync(join(realMail, 'odd')).filter((name) => name.endsWith('.eml')).length;
      const rows = await readAll(100);
      expect(rows).toHaveLength(97 + odd);
      expect(compareWithTruth(rows, simulator.truth(email))).toMatchObject({ equal: true });
    },
    120_000,
  );

  it('pages meet no message twice and miss none while mail arrives and goes', async () => {
    simulator = await simulatorWith(Array.from({ length: 60 }, () => aMessage()));
    const users = clientOf(simulator);
    const before = simulator.truth(email).map(({ gmailId }) => gmailId);
    const { data: first } = await users.messages.list({ userId: 'me', maxResults: 25 });
    simulator.account(email).deliver(aMessage());
    simulator.account(email).delete(first.messages!.at(-1)!.id!);
    const { data: second } = await users.messages.list({
      userId: 'me',
      maxResults: 100,
      pageToken: first.nextPageToken!,
    });
    const seen = [...first.messages!, ...second.messages!].map(({ id }) => id);
    expect(seen.toSorted()).toEqual(before.toSorted());
    expect(second.nextPageToken).toBeUndefined();
  });

  it('reads a message in each format, and only the headers that it asks for', async () => {
    simulator = await simulatorWith([aMessage({ subject: 'Formats' })]);
    const users = clientOf(simulator);
    const [{ gmailId: id }] = simulator.truth(email) as [TruthRow];
    const read = async (format: string, metadataHeaders?: string[]) =>
      (await users.messages.get({ userId: 'me', id, format, metadataHeaders })).data;
    const minimal = await read('minimal');
    expect(minimal).toMatchObject({ id, threadId: id, labelIds: ['INBOX'], snippet: 'Good morning.' });
    expect(minimal.payload).toBeUndefined();
    const metadata = await read('metadata', ['subject']);
    expect(metadata.payload?.headers).toEqual([{ name: 'Subject', value: 'Formats' }]);
    expect(metadata.payload?.body).toBeUndefined();
    const full = await read('full');
    expect(Buffer.from(full.payload!.body!.data!, 'base64url').toString()).toBe('Good morning.\r\n');
    const raw = await read('raw');
    expect(Buffer.from(raw.raw!, 'base64url').toString()).toContain('Subject: Formats\r\n');
    expect(raw.payload).toBeUndefined();
    await expect(read('everything')).rejects.toMatchObject({ status: 400 });
  });

  it('reads an attachment, byte for byte', async () => {
    simulator = await simulatorWith(await sampleMailbox({ messages: 400 }));
    const users = clientOf(simulator);
    const { data: list } = await users.messages.list({
      userId: 'me',
      q: 'subject:"Your order" label:Receipts',
    });
    const { data: order } = await users.messages.get({ userId: 'me', id: list.messages![0]!.id! });
    const part = order.payload!.parts!.find(({ filename }) => filename?.startsWith('Invoice'));
    const { attachmentId, size } = part!.body!;
    const { data } = await users.messages.attachments.get({
      userId: 'me',
      messageId: order.id!,
      id: attachmentId!,
    });
    const bytes = Buffer.from(data.data!, 'base64url');
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(bytes).toHaveLength(size!);
  });
});

describe('what goes over the wire', () => {
  it('is gzip only for a client that says so in its User-Agent too, and the same either way', async () => {
    simulator = await simulatorWith(await sampleMailbox({ messages: 50 }));
    const newest = simulator.truth(email).at(-1)!.gmailId;
    const path = `/gmail/v1/users/me/messages/${newest}`;
    const plain = await call(simulator, path, { headers: { 'user-agent': 'curl' } });
    const packed = await call(simulator, path, { headers: { 'user-agent': 'curl (gzip)' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(await packed.json()).toEqual(await plain.json());
  });

  it('holds what the mask names, whether the answer was ready or has to be cut', async () => {
    simulator = await simulatorWith([aMessage({ labelIds: [] })]);
    const [{ gmailId: id }] = simulator.truth(email) as [TruthRow];
    const read = async (fields: string) => {
      const answer = await call(
        simulator,
        `/gmail/v1/users/me/messages/${id}?fields=${encodeURIComponent(fields)}`,
      );
      return (await answer.json()) as Record<string, unknown>;
    };
    const names = 'id,threadId,labelIds,snippet,historyId,internalDate,sizeEstimate,payload';
    // Gmail leaves out what is empty: this message has no labels.
    expect(Object.keys(await read(names)).toSorted()).toEqual(
      names
        .split(',')
        .filter((name) => name !== 'labelIds')
        .toSorted(),
    );
    expect(await read('id,payload(mimeType)')).toEqual({ id, payload: { mimeType: 'text/plain' } });
    expect(await read('payload/headers/name')).toMatchObject({ payload: { headers: expect.any(Array) } });
    expect(await read('id,sizeEstimated')).toMatchObject({ error: { code: 400 } });
  });
});

describe('threads', () => {
  it('join by References and never by subject alone, also when the answer came before the question', async () => {
    simulator = await simulatorWith([
      aMessage({ subject: 'Plan', messageId: 'a@x' }),
      aMessage({ subject: 'Plan', messageId: 'b@x' }),
      aMessage({ subject: 'Something else', messageId: 'c@x', references: ['a@x'] }),
      aMessage({ subject: 'Re: Lost', messageId: 'e@x', references: ['d@x'] }),
      aMessage({ subject: 'Lost', messageId: 'd@x' }),
    ]);
    const threads = simulator.truth(email).map(({ threadId }) => threadId);
    expect(threads[2]).toBe(threads[0]);
    expect(threads[1]).not.toBe(threads[0]);
    expect(threads[4]).toBe(threads[3]);
    const { data } = await clientOf(simulator).threads.get({ userId: 'me', id: threads[0]! });
    expect(
      data.messages!.map(({ payload }) => payload!.headers!.find(({ name }) => name === 'Subject')!.value),
    ).toEqual(['Plan', 'Something else']);
    const { data: list } = await clientOf(simulator).threads.list({ userId: 'me' });
    expect(list.threads!.map(({ id }) => id)).toEqual([threads[3], threads[0], threads[1]]);
  });
});
