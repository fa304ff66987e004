// Google's own client, unmodified, and mailboxes small enough to say what is in them.
import { auth, gmail } from '@googleapis/gmail';
import { startGmailSimulator } from '../src/index.ts';
import type { GmailSimulator, MessageSource, SimulatorOptions } from '../src/index.ts';

export const email = 'robin@example.com';

export function clientOf(simulator: GmailSimulator, address = email) {
  const oauth = new auth.OAuth2();
  oauth.setCredentials({ access_token: simulator.issueTokens(address).accessToken });
  return gmail({ version: 'v1', auth: oauth, rootUrl: `${simulator.url}/`, retry: false }).users;
}

/** A simulator with one account, which holds these messages. */
export function simulatorWith(
  messages: MessageSource[],
  options: Partial<SimulatorOptions> = {},
): Promise<GmailSimulator> {
  return startGmailSimulator({
    quotaEnforced: false,
    accounts: [{ emailAddress: email, name: 'Robin', messages }],
    ...options,
  });
}

let written = 0;

export function aMessage({
  subject = 'Hello',
  messageId = `m${(written += 1)}@example.org`,
  references = [] as string[],
  labelIds = ['INBOX'],
  at = Date.UTC(2026, 0, 1) + written * 60_000,
  to = email,
  text = 'Good morning.',
} = {}): MessageSource {
  const head = [
    'From: Ana <ana@example.org>',
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${messageId}>`,
    `Date: ${new Date(at).toUTCString()}`,
    ...(references.length > 0 ? [`References: ${references.map((id) => `<${id}>`).join(' ')}`] : []),
  ];
  return { raw: Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}\r\n`), labelIds, internalDate: at };
}

export function rawOf(message: MessageSource): string {
  return message.raw.toString('base64url');
}

/** A plain call, for what the client does not show. */
export function call(simulator: GmailSimulator, path: string, init: RequestInit = {}): Promise<Response> {
  const { accessToken } = simulator.issueTokens(email);
  const headers = { authorization: `Bearer ${accessToken}`, ...(init.headers as Record<string, string>) };
  return fetch(`${simulator.url}${path}`, { ...init, headers });
}
