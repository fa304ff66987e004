import { randomBytes, createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { TruthRow } from './compare-with-truth.ts';
import { createFaults } from './faults.ts';
import type { Fault } from './faults.ts';
import { openJournal } from './journal.ts';
import type { Entry } from './journal.ts';
import { createMailbox } from './mailbox.ts';
import type { Mailbox, MessageSource } from './mailbox.ts';
import { methods } from './methods.ts';
import { createOAuth } from './oauth.ts';
import { createQuota, quotaTables } from './quota.ts';
import { createRequestHandler } from './request-handler.ts';

export interface SimulatorAccount {
  emailAddress: string;
  name: string;
  messages: Iterable<MessageSource> | AsyncIterable<MessageSource>;
}

export interface SimulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  host?: string;
  quotaProfile?: keyof typeof quotaTables;
  quotaEnforced?: boolean;
  /** How many quota seconds pass in a real one; default 1. */
  timeFactor?: number;
  /** Requests of one user at once before Google says "too many"; default 10. */
  concurrencyLimit?: number;
  latencyMs?: number;
  clientId?: string;
  clientSecret?: string;
  accessTokenSeconds?: number;
  batchEnabled?: boolean;
  /** A file that keeps what happened over restarts. */
  statePath?: string;
  accounts: SimulatorAccount[];
}

export type GmailSimulator = Awaited<ReturnType<typeof startGmailSimulator>>;

/** Gmail, its OAuth and its quota on a port of this machine. */
export async function startGmailSimulator(options: SimulatorOptions) {
  const { port = 0, host = '127.0.0.1', quotaProfile = '2026-05', latencyMs = 0 } = options;
  const { clientId = 'simulator-client', clientSecret = 'simulator-secret' } = options;
  const journal = openJournal(options.statePath);
  const accounts = new Map<string, Mailbox>();
  for (const account of options.accounts) accounts.set(account.emailAddress, await load(account));
  replay(journal.entries, accounts);

  const quota = createQuota({
    table: quotaTables[quotaProfile],
    enforced: options.quotaEnforced ?? true,
    timeFactor: options.timeFactor ?? 1,
    concurrencyLimit: options.concurrencyLimit ?? 10,
  });
  const faults = createFaults();
  const keys = await generateKeyPair('RS256');
  const certificates = {
    keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'simulator', alg: 'RS256', use: 'sig' }],
  };
  const oauth = createOAuth(
    {
      clientId,
      clientSecret,
      signingKey: signingKey(journal),
      accessTokenSeconds: options.accessTokenSeconds ?? 3_599,
      revoked: new Set(journal.entries.flatMap((entry) => (entry.type === 'revoked' ? [entry.grant] : []))),
      onRevoked: (grant) => journal.append({ type: 'revoked', grant }),
      signIdToken: (claims) =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'RS256', kid: 'simulator' })
          .setIssuer('https://accounts.google.com')
          .setAudience(clientId)
          .setIssuedAt()
          .setExpirationTime('1h')
          .sign(keys.privateKey),
    },
    accounts,
  );
  const truth = (email: string): TruthRow[] => truthOf(mailboxOf(accounts, email));
  const server = createServer(
    createRequestHandler({
      accounts,
      oauth,
      quota,
      faults,
      certificates,
      truth,
      batchEnabled: options.batchEnabled ?? true,
      concurrency: Math.min(3, options.concurrencyLimit ?? 10),
      latency: () =>
        latencyMs > 0 ? new Promise((resolve) => setTimeout(resolve, latencyMs)) : Promise.resolve(),
      onChange: (change) => journal.append({ type: 'change', ...change }),
      deliver: (email, message) => deliver(mailboxOf(accounts, email), message),
    }),
  );
  function deliver(
    mailbox: Mailbox,
    { raw, labelIds = ['INBOX', 'UNREAD'], internalDate = Date.now() }: MessageSource,
  ) {
    journal.append({
      type: 'delivered',
      email: mailbox.emailAddress,
      raw: raw.toString('base64'),
      labelIds,
      at: internalDate,
    });
    return mailbox.add({ raw, labelIds, internalDate }).id;
  }
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;

  return {
    url,
    port: (server.address() as AddressInfo).port,
    endpoints: endpointsOf(url, { clientId, clientSecret }),
    clientId,
    clientSecret,
    report: () => ({ ...quota.report, fetchedTwice: fetchedTwice(accounts) }),
    resetReport: () => quota.reset(),
    inject: (fault: Fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    issueTokens: (email: string) => oauth.issueTokens(email),
    truth,
    /** Changes as somebody else makes them, in another client. */
    account(email: string) {
      const mailbox = mailboxOf(accounts, email);
      return {
        subject: mailbox.subject,
        deliver: (message: MessageSource) => deliver(mailbox, message),
        changeLabels: (ids: string[], add: string[], remove: string[]) =>
          mailbox.changeLabels(ids, add, remove),
        delete: (id: string) => mailbox.remove(id),
        historyId: () => String(mailbox.historyId()),
        expireHistory: () => mailbox.expireHistory(),
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function load({ emailAddress, name, messages }: SimulatorAccount): Promise<Mailbox> {
  const subject = BigInt(`0x${createHash('sha256').update(emailAddress).digest('hex').slice(0, 16)}`)
    .toString()
    .padStart(21, '1');
  const mailbox = createMailbox({ emailAddress, name, subject });
  for await (const message of messages) mailbox.add(message, { silent: true });
  mailbox.closeLoading();
  return mailbox;
}

function replay(entries: Entry[], accounts: Map<string, Mailbox>): void {
  for (const entry of entries) {
    if (entry.type === 'delivered') {
      const { raw, labelIds, at } = entry;
      accounts.get(entry.email)?.add({ raw: Buffer.from(raw, 'base64'), labelIds, internalDate: at });
    }
    if (entry.type !== 'change') continue;
    const mailbox = accounts.get(entry.email);
    const method = methods.find(({ name }) => name === entry.method);
    if (!mailbox || !method) continue;
    try {
      method.run({
        mailbox,
        ids: entry.ids,
        query: new URLSearchParams(),
        body: entry.body,
        emptyHistoryPage: () => false,
      });
    } catch {
      // The mailbox was started with other mail: the change has nothing to act on.
    }
  }
}

function signingKey({ entries, append }: { entries: Entry[]; append(entry: Entry): void }): string {
  const kept = entries.find((entry) => entry.type === 'key');
  if (kept) return kept.key;
  const key = randomBytes(32).toString('base64url');
  append({ type: 'key', key });
  return key;
}

function mailboxOf(accounts: Map<string, Mailbox>, email: string): Mailbox {
  const mailbox = accounts.get(email);
  if (!mailbox) throw new Error(`The simulator has no account ${email}`);
  return mailbox;
}

function truthOf(mailbox: Mailbox): TruthRow[] {
  return [...mailbox.messages.values()].map(({ id, threadId, labelIds, internalDate }) => ({
    gmailId: id,
    threadId,
    labelIds: [...labelIds],
    internalDate,
  }));
}

function fetchedTwice(accounts: Map<string, Mailbox>): number {
  let count = 0;
  for (const { messages } of accounts.values())
    for (const { served } of messages.values()) count += Math.max(0, served - 1);
  return count;
}

/** Setting → value, for whoever should talk to this simulator instead of Google. */
function endpointsOf(url: string, client: { clientId: string; clientSecret: string }) {
  return {
    GOOGLE_CLIENT_ID: client.clientId,
    GOOGLE_CLIENT_SECRET: client.clientSecret,
    GMAIL_API_URL: url,
    GOOGLE_AUTH_URL: `${url}/o/oauth2/v2/auth`,
    GOOGLE_TOKEN_URL: `${url}/token`,
    GOOGLE_REVOKE_URL: `${url}/revoke`,
    GOOGLE_USERINFO_URL: `${url}/v1/userinfo`,
    GOOGLE_CERTS_URL: `${url}/oauth2/v3/certs`,
  };
}
