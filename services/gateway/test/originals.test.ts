import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { aGateway, aMessage } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

const email = 'ann@example.com';
const raw = Buffer.from(
  [
    'From: Bob <bob@example.com>',
    'Subject: Two files',
    'Message-ID: <two@example.com>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b\r\nContent-Type: text/plain\r\n\r\nHere they are.',
    '--b\r\nContent-Type: text/html; name="report <1>.html"\r\nContent-Disposition: attachment; filename="report <1>.html"\r\n\r\n<script>alert(1)</script>',
    '--b--',
    '',
  ].join('\r\n'),
);

let simulator: GmailSimulator;
let gateway: TestGateway;
beforeAll(async () => {
  simulator = await startGmailSimulator({
    accounts: [{ emailAddress: email, name: 'Ann', messages: [{ raw }] }],
    timeFactor: 60,
  });
  gateway = await aGateway({ simulator });
});
afterAll(async () => {
  await gateway?.close();
  await simulator?.close();
});

/** A reader of the simulator's message, stored here with an attachment under `kept`. */
async function aReader(kept: string | null = null) {
  const user = await gateway.aUser();
  const tokens = simulator.issueTokens(email);
  const mailbox = await gateway.aMailbox(user.id, {
    refreshToken: tokens.refreshToken,
    accessToken: tokens.accessToken,
    accessTokenExpiresAt: tokens.expiresAt.getTime(),
    scope: '',
  });
  const { gmailId } = simulator.truth(email)[0]!;
  const filename = 'report <1>.html';
  const attachment = {
    id: kept,
    partId: '1',
    filename,
    mimeType: 'text/html',
    size: 25,
    contentId: null,
    inline: false,
  };
  await mailbox.store(
    aMessage(gmailId, {
      content: { text: 'Here they are.', html: null, attachments: [attachment], flaws: [] },
    }),
  );
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.origin}/api/emails/${mailbox.messageId(gmailId)}${path}`, {
      headers: { authorization: user.authorization, ...headers },
    });
  return { get };
}

describe('an attachment', () => {
  it('comes as a file to keep, never as a page of ours', async () => {
    const { get } = await aReader();
    const response = await get('/attachments/1');
    expect(await response.text()).toBe('<script>alert(1)</script>');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="report <1>.html"',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    });
  });

  it('is found though Gmail has given it another id since', async () => {
    const { get } = await aReader('an-id-of-last-year');
    expect(await (await get('/attachments/1')).text()).toBe('<script>alert(1)</script>');
  });

  it('that the message does not have is not found', async () => {
    const { get } = await aReader();
    expect((await get('/attachments/7')).status).toBe(404);
  });

  it('says when to come back while Gmail is out or refuses', async () => {
    const { get } = await aReader();
    simulator.inject({ match: { count: 1 }, effect: { status: 503 } });
    expect((await get('/attachments/1')).status).toBe(503);
    simulator.inject({
      match: { count: 1 },
      effect: { status: 429, reason: 'rateLimitExceeded', retryAfter: 7 },
    });
    const refused = await get('/attachments/1');
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ type: '/problems/gmail-busy' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(7);
  });
});

describe('for whoever has it already', () => {
  it.each(['/raw', '/attachments/1'])('%s is not read from Gmail again', async (path) => {
    const { get } = await aReader();
    const etag = (await get(path)).headers.get('etag')!;
    simulator.inject({ match: { count: 1 }, effect: { status: 503 } });
    const known = await get(path, { 'if-none-match': etag });
    expect(known.status).toBe(304);
    expect(await known.text()).toBe('');
    expect((await get(path, { 'if-none-match': '"another"' })).status).toBe(503);
    simulator.clearFaults();
    expect((await get('/attachments/7', { 'if-none-match': etag })).status).toBe(404);
  });
});

describe('the original of a message', () => {
  it('is what was sent, byte for byte', async () => {
    const { get } = await aReader();
    const response = await get('/raw');
    expect(response.headers.get('content-type')).toBe('message/rfc822');
    expect(Buffer.from(await response.arrayBuffer()).equals(raw)).toBe(true);
  });
});
