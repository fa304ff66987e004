import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contentFromRaw } from '@finito/content';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { aGateway, aMessage } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

const email = 'ann@example.com';
const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const large = Buffer.alloc(1_100_000, 7).toString('base64');

const part = (head: string, body: string) => `--b\r\n${head}\r\n\r\n${body}\r\n`;
const picture = (id: string, type: string, base64: string) =>
  part(
    `Content-Type: ${type}\r\nContent-Disposition: inline\r\nContent-ID: <${id}>\r\nContent-Transfer-Encoding: base64`,
    base64,
  );
const raw = Buffer.from(
  'From: Bob <bob@example.com>\r\nSubject: Pictures\r\nMIME-Version: 1.0\r\n' +
    'Content-Type: multipart/related; boundary=b\r\n\r\n' +
    part(
      'Content-Type: text/html',
      '<p>See</p><img src="cid:dot%40x" alt="a dot"><img src="cid:svg@x"><img src="cid:large@x"><img src="cid:none@x">' +
        '<p> src="picture:0"</p>',
    ) +
    picture('dot@x', 'image/png', dot) +
    picture('svg@x', 'image/svg+xml', Buffer.from('<svg onload="alert(1)"/>').toString('base64')) +
    picture('large@x', 'image/jpeg', large) +
    picture('unused@x', 'image/png', dot) +
    '--b--\r\n',
);

let simulator: GmailSimulator;
let gateway: TestGateway;
beforeAll(async () => {
  simulator = await startGmailSimulator({
    accounts: [{ emailAddress: email, name: 'Ann', messages: [{ raw }] }],
    quotaEnforced: false,
  });
  gateway = await aGateway({ simulator });
});
afterAll(async () => {
  await gateway?.close();
  await simulator?.close();
});

async function aReader() {
  const user = await gateway.aUser();
  const tokens = simulator.issueTokens(email);
  const mailbox = await gateway.aMailbox(user.id, {
    refreshToken: tokens.refreshToken,
    accessToken: tokens.accessToken,
    accessTokenExpiresAt: tokens.expiresAt.getTime(),
    scope: '',
  });
  const { gmailId } = simulator.truth(email)[0]!;
  const { text, html, flaws, attachments: found } = await contentFromRaw(raw);
  // Gmail counts all parts, the text among them.
  const attachments = found.map((part, index) => ({ ...part, id: null, partId: String(index + 1) }));
  await mailbox.store(aMessage(gmailId, { content: { text, html, attachments, flaws } }));
  return async () => {
    const response = await fetch(`${gateway.origin}/api/emails/${mailbox.messageId(gmailId)}/document`, {
      headers: { authorization: user.authorization },
    });
    return response.text();
  };
}

const calls = () => Object.values(simulator.report().calls).reduce((sum, count) => sum + count, 0);

describe('pictures inside a message', () => {
  it('are shown as data in its document: those that it shows, that can only be drawn, and that are not too large', async () => {
    const document = await (await aReader())();
    expect(document).toContain(`<img alt="a dot" src="data:image/png;base64,${dot}">`);
    expect(document.match(/data:/g)).toHaveLength(1);
    expect(document).not.toMatch(/svg|onload|cid:/);
  });

  it('are asked for once, and left out while Gmail is away', async () => {
    const read = await aReader();
    simulator.inject({ match: {}, effect: { status: 503 } });
    const without = await read();
    expect(without).toContain('See');
    expect(without).not.toContain('data:');
    simulator.clearFaults();
    expect(await read()).toContain('data:image/png');
    const before = calls();
    expect(await read()).toContain('data:image/png');
    expect(calls()).toBe(before);
  });
});
