import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiClient } from '@finito/api';
import type { ApiClient, EmailSummary } from '@finito/api';
import { until } from '@finito/testing';
import { Client } from 'pg';
import { aGateway, aMessage } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await aGateway();
});
afterAll(() => gateway?.close());

async function aReader() {
  const user = await gateway.aUser();
  const mailbox = await gateway.aMailbox(user.id);
  const api: ApiClient = createApiClient({ baseUrl: gateway.origin, token: user.token });
  const found = async (q: string) =>
    (await api.listEmails({ query: { q } })).items.map(({ id }) => id.split('_')[2]).sort();
  return { ...user, ...mailbox, api, found };
}

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

describe('the list of messages', () => {
  it('is newest first, over all mailboxes, and any page size gives the same list', async () => {
    const { api, id, store } = await aReader();
    const second = await gateway.aMailbox(id);
    // Several of one moment, in both mailboxes: the order must still be total.
    await store(
      ...Array.from({ length: 17 }, (_, i) => aMessage(`a${i.toString(16)}`, { receivedAt: at(i >> 2) })),
    );
    await second.store(...Array.from({ length: 9 }, (_, i) => aMessage(`b${i}`, { receivedAt: at(i >> 1) })));
    const whole = (await api.listEmails({ query: { limit: 200 } })).items.map((email) => email.id);
    expect(whole).toHaveLength(26);
    for (const limit of [1, 5, 13, 25]) {
      const read: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await api.listEmails({ query: { limit, ...(cursor && { cursor }) } });
        read.push(...page.items.map((email) => email.id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      expect(read).toEqual(whole);
    }
  });

  it('shows what a person needs to choose a message', async () => {
    const { api, store } = await aReader();
    await store(
      aMessage('c1', { snippet: 'Tom &amp; Jerry &lt;3', labelIds: ['INBOX', 'UNREAD', 'STARRED'] }),
    );
    expect((await api.listEmails()).items).toMatchObject([
      {
        subject: 'Lunch on Friday',
        from: { name: 'Ann' },
        snippet: 'Tom & Jerry <3',
        unread: true,
        starred: true,
      },
    ]);
  });

  it('leaves bin and spam out unless they are asked for', async () => {
    const { api, store, found } = await aReader();
    await store(
      aMessage('d1'),
      aMessage('d2', { labelIds: ['TRASH'] }),
      aMessage('d3', { labelIds: ['SPAM'] }),
    );
    expect(await found('')).toEqual(['d1']);
    expect(await found('in:trash')).toEqual(['d2']);
    expect(await found('in:anywhere')).toEqual(['d1', 'd2', 'd3']);
    expect((await api.listEmails({ query: { label: 'SPAM' } })).items).toHaveLength(1);
  });

  it("understands Gmail's operators, alone and together", async () => {
    const { store, found } = await aReader();
    const day = (iso: string) => new Date(`${iso}T12:00:00Z`);
    await store(
      aMessage('e1', {
        subject: 'Invoice 7',
        from: { name: 'Shop', address: 'shop@books.example' },
        receivedAt: day('2025-03-01'),
      }),
      aMessage('e2', {
        subject: 'The quick brown fox',
        labelIds: ['INBOX', 'STARRED'],
        hasAttachments: true,
        receivedAt: day('2025-06-01'),
        content: { text: 'jumps over the lazy dog', html: null, attachments: [], flaws: [] },
      }),
      aMessage('e3', {
        subject: '100% sure_thing',
        recipients: { to: [{ name: '', address: 'team@example.com' }], cc: [], bcc: [], replyTo: [] },
        receivedAt: day('2025-09-01'),
      }),
    );
    expect(await found('from:books.example')).toEqual(['e1']);
    expect(await found('from:SHOP invoice')).toEqual(['e1']);
    expect(await found('to:team@')).toEqual(['e3']);
    expect(await found('subject:"quick brown"')).toEqual(['e2']);
    expect(await found('subject:100%')).toEqual(['e3']);
    expect(await found('subject:sure_')).toEqual(['e3']);
    expect(await found('is:starred')).toEqual(['e2']);
    expect(await found('is:read')).toEqual(['e2']);
    expect(await found('is:unread')).toEqual(['e1', 'e3']);
    expect(await found('has:attachment')).toEqual(['e2']);
    expect(await found('after:2025/05/01 before:2025-08-01')).toEqual(['e2']);
    expect(await found('"lazy dog"')).toEqual(['e2']);
    expect(await found('"dog lazy"')).toEqual([]);
    expect(await found('fox -jumps')).toEqual([]);
    expect(await found('before:nonsense')).toEqual([]);
  });

  it('finds a label by the name a person gave it', async () => {
    const { store, lease, found } = await aReader();
    await gateway.db.labels.replace(lease, [{ gmailId: 'Label_7', name: 'Old receipts', type: 'user' }]);
    await store(aMessage('f1', { labelIds: ['Label_7'] }), aMessage('f2'));
    expect(await found('label:old-receipts')).toEqual(['f1']);
    expect(await found('label:"Old receipts"')).toEqual(['f1']);
  });
});

describe('the table of messages', () => {
  it('R31: answers what the seed asks Postgres and Redis by hand', async () => {
    const { store, mailboxId } = await aReader();
    await store(aMessage('e1'), aMessage('e2'));
    const client = new Client({ connectionString: gateway.databaseUrl });
    await client.connect();
    expect((await client.query('SELECT 1;')).rowCount).toBe(1);
    const recent = "SELECT COUNT(*) FROM emails WHERE created_at > NOW() - INTERVAL '5 minutes'";
    expect(Number((await client.query(recent)).rows[0].count)).toBeGreaterThanOrEqual(2);
    await client.query("UPDATE emails SET created_at = now() - interval '6 minutes' WHERE mailbox_id = $1", [
      mailboxId,
    ]);
    const ofMailbox = await client.query(`${recent} AND mailbox_id = $1`, [mailboxId]);
    expect(ofMailbox.rows).toEqual([{ count: '0' }]);
    await client.end();
    expect(await gateway.redis.producer.ping()).toBe('PONG');
  });
});

describe('one message', () => {
  it('R24: comes with its envelope and sanitised content', async () => {
    const { api, store, messageId } = await aReader();
    await store(
      aMessage('a1', {
        content: {
          text: 'Hello',
          html: '<p onclick="alert(1)">Hello<script>alert(1)</script><img src="https://t.example/x.png"></p>',
          attachments: [
            {
              id: 'gmail-1',
              partId: '1',
              filename: 'a.pdf',
              mimeType: 'application/pdf',
              size: 9,
              contentId: null,
              inline: false,
            },
          ],
          flaws: ['unknown-charset'],
        },
      }),
    );
    const email = await api.getEmail({ params: { id: messageId('a1') } });
    expect(email).toMatchObject({
      messageIdHeader: '<a1@example.com>',
      to: [{ address: 'bob@example.com' }],
    });
    expect(email.content).toMatchObject({
      text: 'Hello',
      attachments: [{ id: '1', filename: 'a.pdf' }],
      flaws: ['unknown-charset'],
      remoteImagesBlocked: true,
    });
    expect(email.content?.html).not.toMatch(/script|onclick|t\.example/);
    const withImages = await api.getEmail({ params: { id: messageId('a1') }, query: { images: '1' } });
    expect(withImages.content?.html).toContain('https://t.example/x.png');
  });

  it('is a document of its own that may run nothing, load nothing and belongs to no origin', async () => {
    const { authorization, store, messageId } = await aReader();
    await store(
      aMessage('a2', {
        content: { text: null, html: '<b>Hi</b><script>1</script>', attachments: [], flaws: [] },
      }),
    );
    const response = await fetch(`${gateway.origin}/api/emails/${messageId('a2')}/document`, {
      headers: { authorization },
    });
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; img-src data:; /);
    expect(policy).toMatch(/sandbox allow-popups allow-popups-to-escape-sandbox$/);
    expect(policy).not.toMatch(/script-src|allow-scripts|allow-same-origin/);
    expect(response.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    const html = await response.text();
    expect(html).toContain('<b>Hi</b>');
    expect(html).not.toContain('<script');
  });

  it('says that its content is not here yet, and asks a worker for it', async () => {
    const { api, store, messageId } = await aReader();
    await store(aMessage('a3', { content: null }));
    expect((await api.getEmail({ params: { id: messageId('a3') } })).content).toBeNull();
    const { fetchContent } = await import('@finito/jobs');
    await until(async () => (await gateway.jobs.counts(fetchContent)).waiting > 0);
  });

  it('stands in its thread, oldest first, and under its labels with their counts', async () => {
    const { api, store, labels, messageId } = await aReader();
    await labels('INBOX', 'UNREAD');
    await store(
      aMessage('a5', { threadId: 'a5', receivedAt: at(1) }),
      aMessage('a6', { threadId: 'a5', receivedAt: at(2), labelIds: ['INBOX'] }),
    );
    const { threadId } = await api.getEmail({ params: { id: messageId('a6') } });
    const thread = await api.getThread({ params: { id: threadId } });
    expect(thread.messages.map(({ id }: EmailSummary) => id)).toEqual([messageId('a5'), messageId('a6')]);
    expect((await api.listLabels()).items).toMatchObject([
      { id: 'INBOX', total: 2, unread: 1 },
      { id: 'UNREAD', total: 1, unread: 1 },
    ]);
  });
});
