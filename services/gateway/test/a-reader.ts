// A reader who has one of everything, so that every route of the contract can be asked for something that is there.
import { randomBytes } from 'node:crypto';
import { createApiClient } from '@finito/api';
import type { Db } from '@finito/db';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { sha256 } from '../src/authenticate.ts';
import { createBearerTokens } from '../src/bearer-tokens.ts';
import { createSessions } from '../src/sessions.ts';
import { aMailbox, aMessage, aUser } from './a-gateway.ts';

/** A gateway to be asked, in this process or another. */
export interface Target {
  origin: string;
  db: Db;
  /** Signs its sessions and tokens. */
  secret: string;
  keys: Record<'health-key' | 'admin-key', string>;
  /** What Pub/Sub sends with what it pushes, as a header. */
  pushToken: string;
  /** Has the account `account`. */
  simulator: GmailSimulator;
}

export const account = {
  emailAddress: 'ann@example.com',
  name: 'Ann',
  messages: [
    {
      raw: Buffer.from(
        [
          'From: Bob <bob@example.com>\r\nSubject: A file\r\nMessage-ID: <one@example.com>\r\nMIME-Version: 1.0',
          'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHere it is.',
          '--b\r\nContent-Type: text/csv; name="a.csv"\r\nContent-Disposition: attachment; filename="a.csv"\r\n\r\n1,2',
          '--b--\r\n',
        ].join('\r\n'),
      ),
    },
  ],
};

export type Reader = Awaited<ReturnType<typeof aReader>>;

export async function aReader(target: Target) {
  const { db, secret, simulator, origin } = target;
  const admin = createApiClient({
    baseUrl: origin,
    headers: { 'x-admin-api-key': target.keys['admin-key'] },
  });
  // Whoever was asked before may have paused all mailboxes: no worker could take this one then.
  await admin.resumeFleet();
  const tokens = createBearerTokens(secret);
  const user = await aUser({ db, tokens, sessions: createSessions({ secret, isHttps: false, hours: 1 }) });
  const { refreshToken, accessToken, expiresAt } = simulator.issueTokens(account.emailAddress);
  const mailbox = await aMailbox(db, user.id, {
    ...{ refreshToken, accessToken, accessTokenExpiresAt: expiresAt.getTime(), scope: '' },
  });
  const { gmailId } = simulator.truth(account.emailAddress)[0]!;
  /** Stands in everything that is this reader's and nobody else's. */
  const mark = randomBytes(9).toString('hex');
  const attachment = { id: null, partId: '1', filename: 'a.csv', mimeType: 'text/csv', size: 3 };
  const html = `<p>${mark}</p><img src="https://pictures.example/a.png">`;
  const content = {
    ...{ text: mark, html, flaws: [] },
    attachments: [{ ...attachment, contentId: null, inline: false }],
  };
  await mailbox.store(aMessage(gmailId, { subject: mark, snippet: mark, content }));
  await mailbox.labels('INBOX', 'UNREAD');
  await db.ledger.recordPage(mailbox.lease, {
    ...{ generation: 1, nextPageToken: null, messages: [{ gmailId: 'fa11', threadId: 'fa11' }] },
  });
  await db.ledger.settle(mailbox.lease, [
    { gmailId: 'fa11', outcome: 'failed', reason: 'GmailBadAnswerError' },
  ]);
  const spare = { sha256: sha256(tokens.create()), name: mark, expiresAt: null };
  const mailboxAddress = await addressOf(db, user.id);
  return {
    ...user,
    ...mailbox,
    mailboxAddress,
    mark,
    emailId: mailbox.messageId(gmailId),
    threadId: mailbox.messageId(gmailId).replace(/^msg/, 'thr'),
    /** Of a token that nobody holds. */
    tokenId: (await db.apiTokens.create(user.id, spare)).id,
    /** What an operator is asked for about it. */
    admin,
    /** What a browser brings back from the consent page. */
    consent: () => consent(origin),
  };
}

async function addressOf({ mailboxReads }: Db, userId: string): Promise<string> {
  return (await mailboxReads.list(userId))[0]!.emailAddress;
}

async function consent(origin: string): Promise<{ cookie: string; search: string }> {
  const begun = await fetch(`${origin}/api/auth/google`, { redirect: 'manual' });
  const cookie = begun.headers.getSetCookie()[0]!.split(';')[0]!;
  const answered = await fetch(begun.headers.get('location')!, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ account: account.emailAddress }),
  });
  return { cookie, search: new URL(answered.headers.get('location')!).search };
}
