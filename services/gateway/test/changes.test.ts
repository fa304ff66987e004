import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiClient } from '@finito/api';
import { pushChanges } from '@finito/jobs';
import { Pool } from 'pg';
import { aGateway, aMessage } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
let pool: Pool;
beforeAll(async () => {
  gateway = await aGateway();
  pool = new Pool({ connectionString: gateway.databaseUrl, max: 1 });
  pool.on('error', () => undefined);
});
afterAll(async () => {
  await pool?.end();
  await gateway?.close();
});

async function aReader() {
  const user = await gateway.aUser();
  const mailbox = await gateway.aMailbox(user.id);
  await mailbox.store(aMessage('a1'), aMessage('a2'), aMessage('a3'));
  const api = createApiClient({ baseUrl: gateway.origin, token: user.token });
  const send = (body: object, key?: string) =>
    fetch(`${gateway.origin}/api/emails/send`, {
      method: 'POST',
      headers: {
        authorization: user.authorization,
        'content-type': 'application/json',
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      body: JSON.stringify({ mailboxId: mailbox.mailboxId, ...body }),
    });
  const outbox = async () =>
    (
      await pool.query('SELECT kind, payload FROM outbox WHERE mailbox_id = $1 ORDER BY id', [
        mailbox.mailboxId,
      ])
    ).rows;
  return { ...user, ...mailbox, api, send, outbox };
}

describe('a change', () => {
  it('shows at once, and waits in the outbox for Gmail', async () => {
    const { api, messageId, outbox } = await aReader();
    const id = messageId('a1');
    expect(
      await api.modifyEmail({
        params: { id },
        body: { addLabelIds: ['STARRED'], removeLabelIds: ['UNREAD'] },
      }),
    ).toEqual({ accepted: 1 });
    expect(await api.getEmail({ params: { id } })).toMatchObject({ starred: true, unread: false });
    expect(await outbox()).toMatchObject([{ kind: 'modify' }]);
    expect((await gateway.jobs.counts(pushChanges)).waiting).toBeGreaterThan(0);
  });

  it.each([
    ['read', 'is:unread', 1],
    ['star', 'is:starred', 2],
    ['archive', 'in:inbox', 1],
    ['trash', 'in:trash', 2],
  ] as const)('of many messages at once: %s', async (action, q, expected) => {
    const { api, messageId } = await aReader();
    const messageIds = [messageId('a1'), messageId('a2')];
    expect(await api.bulkAction({ body: { messageIds, action } })).toEqual({ accepted: 2 });
    expect((await api.listEmails({ query: { q } })).items).toHaveLength(expected);
  });

  it("of another user's message is not accepted, and changes nothing", async () => {
    const { api, messageId } = await aReader();
    const other = await aReader();
    const body = { messageIds: [messageId('a1')], action: 'trash' as const };
    expect(await other.api.bulkAction({ body })).toEqual({ accepted: 0 });
    expect((await api.listEmails()).items).toHaveLength(3);
  });
});

describe('a message to send', () => {
  const body = {
    to: [{ name: 'Bøb', address: 'bob@example.com' }],
    bcc: [{ address: 'eve@example.com' }],
    subject: 'Grüße',
    text: 'Hello',
  };

  it('is taken once for each key, however often it is asked for', async () => {
    const { send, outbox } = await aReader();
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(body, 'key-1')));
    for (const answer of answers) {
      expect(answer.status).toBe(202);
      expect(await answer.json()).toEqual({ state: 'queued', reason: null, messageId: null });
    }
    expect(await outbox()).toHaveLength(1);
    await send(body, 'key-2');
    expect(await outbox()).toHaveLength(2);
  });

  it('is a whole message, from the mailbox that sends it', async () => {
    const { send, outbox } = await aReader();
    await send(body, 'key-1');
    const [{ payload }] = await outbox();
    const raw = Buffer.from(payload.raw, 'base64url').toString();
    expect(raw).toMatch(/^From: [0-9a-f]{12}@example\.com\r\n/);
    expect(raw).toContain('bob@example.com');
    expect(raw).toContain('Bcc: eve@example.com');
    expect(raw).toContain(`Message-ID: ${payload.messageId}`);
    expect(raw.split('\r\n\r\n')[1]?.trim()).toBe('Hello');
  });

  it('goes on with the conversation that it answers, and no other', async () => {
    const { send, messageId, outbox } = await aReader();
    const other = await aReader();
    expect((await send({ ...body, inReplyTo: other.messageId('a1') }, 'key-1')).status).toBe(404);
    expect((await send({ ...body, inReplyTo: messageId('a2') }, 'key-2')).status).toBe(202);
    const [{ payload }] = await outbox();
    expect(payload.threadId).toBe('a2');
    expect(Buffer.from(payload.raw, 'base64url').toString()).toMatch(
      /In-Reply-To: <a2@example\.com>\r\nReferences: <a2@example\.com>/,
    );
  });

  it.each([
    ['no key', body, undefined],
    ['a key that is no header', body, ' '],
    ['no recipient', { subject: 'x' }, 'k'],
    ['a line end in the subject', { ...body, subject: 'x\r\nBcc: eve@example.com' }, 'k'],
    ['a line end in a name', { ...body, to: [{ name: 'x\nBcc: y', address: 'b@example.com' }] }, 'k'],
    ['a line end in an address', { ...body, to: [{ address: 'b@example.com\r\nBcc: e@example.com' }] }, 'k'],
    ['two addresses in one', { ...body, to: [{ address: 'b@example.com, c@example.com' }] }, 'k'],
    ['a file to attach', { ...body, attachments: [{ path: '/etc/passwd' }] }, 'k'],
  ])('with %s is refused, and nothing is kept', async (_what, wrong, key) => {
    const { send, outbox } = await aReader();
    expect((await send(wrong, key)).status).toBe(400);
    expect(await outbox()).toEqual([]);
  });

  it('from a mailbox of another user is refused', async () => {
    const { mailboxId } = await aReader();
    const other = await aReader();
    expect((await other.send({ ...body, mailboxId }, 'k')).status).toBe(404);
  });
});
