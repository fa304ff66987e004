import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadAccounts, prebuild } from './accounts.ts';
import type { SimulatorAccount } from './accounts.ts';
import type { ChangeScript } from './change-script.ts';
import { runChangeScript } from './change-script.ts';
import { createControls } from './controls.ts';
import { createFaults } from './faults.ts';
import type { Fault } from './faults.ts';
import { createRequestHandler } from './http/request-handler.ts';
import { latencies } from './latencies.ts';
import { openJournal } from './mailbox/journal.ts';
import type { Journal } from './mailbox/journal.ts';
import type { Mailbox, MessageSource } from './mailbox/mailbox.ts';
import { OAuth } from './oauth.ts';
import { PubSub } from './pubsub.ts';
import { Quota } from './quota.ts';
import { quotaTables } from './quota-tables.ts';
import type { QuotaProfileName, QuotaTable } from './quota-tables.ts';
import { createRevocations } from './revocations.ts';
import { createSignedTokens } from './signed-tokens.ts';
import { createSigner } from './signer.ts';
import { createWatches } from './watches.ts';

export interface SimulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  host?: string;
  quotaProfile?: QuotaProfileName;
  /** Other limits than the profile's, for a test that should reach one. */
  quotaLimits?: Partial<Omit<QuotaTable, 'units'>>;
  quotaEnforced?: boolean;
  /** How many quota seconds pass in a real one; default 1. */
  timeFactor?: number;
  /** Requests of one user at once before Google says "too many"; default 10. */
  concurrencyLimit?: number;
  /** The median time of an answer; default 0. */
  latencyMs?: number;
  /** The sigma of the log-normal distribution that latencies are drawn from; default 0, all the same. */
  latencySpread?: number;
  clientId?: string;
  clientSecret?: string;
  accessTokenSeconds?: number;
  batchEnabled?: boolean;
  /** A file that keeps what happened over restarts. */
  statePath?: string;
  /** Make all answers before listening, for benchmarks; default: each when it is first asked for. */
  prebuilt?: boolean;
  accounts: SimulatorAccount[];
}

export type GmailSimulator = Awaited<ReturnType<typeof startGmailSimulator>>;

/** Gmail, its OAuth, its quota and its notifications on a port of this machine. */
export async function startGmailSimulator(options: SimulatorOptions) {
  const { port = 0, host = '127.0.0.1' } = options;
  const { clientId = 'simulator-client', clientSecret = 'simulator-secret' } = options;
  const { needs, controls, close } = await assembled({ ...options, clientId, clientSecret });
  const listening = await listen(createRequestHandler(needs), port, host);
  const url = `http://${host}:${listening.port}`;
  const mailboxOf = (email: string) => found(needs.accounts, email);

  return {
    url,
    port: listening.port,
    endpoints: endpointsOf(url, { clientId, clientSecret }),
    clientId,
    clientSecret,
    report: controls.report,
    resetReport: controls.resetReport,
    inject: (fault: Fault) => controls.faults.inject(fault),
    clearFaults: () => controls.faults.clear(),
    /** Calls, and batches as one each, that the faults of now have met. */
    faultsMet: () => controls.faults.list().reduce((total, { met }) => total + met, 0),
    issueTokens: (email: string) => controls.issueTokens(mailboxOf(email).emailAddress),
    revokeTokens: (email: string) => controls.revokeAccount(mailboxOf(email).emailAddress),
    truth: (email: string) => controls.truth(mailboxOf(email)),
    changes: (email: string, since = '0') => controls.changes(mailboxOf(email), since),
    /** Changes as somebody else makes them, in another client. */
    account: (email: string) => accountOf(mailboxOf(email)),
    async close() {
      controls.stopScripts();
      close();
      await listening.close();
    },
  };
}

async function assembled(options: SimulatorOptions & { clientId: string; clientSecret: string }) {
  const { clientId, clientSecret, concurrencyLimit = 10 } = options;
  const journal = openJournal(options.statePath);
  const accounts = await loadAccounts(options.accounts, journal);
  if (options.prebuilt) await prebuild(accounts.values());
  const quota = new Quota({
    table: { ...quotaTables[options.quotaProfile ?? '2026-05'], ...options.quotaLimits },
    enforced: options.quotaEnforced ?? true,
    timeFactor: options.timeFactor ?? 1,
    concurrencyLimit,
  });
  const faults = createFaults();
  const revocations = createRevocations(journal);
  const signer = await createSigner();
  const oauth = new OAuth({
    clientId,
    clientSecret,
    accessTokenSeconds: options.accessTokenSeconds ?? 3_599,
    tokens: createSignedTokens(signingKey(journal)),
    revocations,
    signIdToken: (claims) => signer.sign(claims, clientId),
    accounts,
  });
  const pubsub = new PubSub({ signIdToken: signer.sign, journal });
  const watches = createWatches({ pubsub, accounts, journal });
  const controls = createControls({ accounts, faults, oauth, quota, pubsub, revocations });
  const needs = {
    accounts,
    oauth,
    quota,
    faults,
    watches,
    pubsub,
    certificates: signer.certificates,
    batchEnabled: options.batchEnabled ?? true,
    batchConcurrency: Math.min(3, concurrencyLimit),
    latencyMs: latencies(options.latencyMs ?? 0, options.latencySpread ?? 0),
    control: controls,
  };
  return { needs, controls, close: () => pubsub.close() };
}

async function listen(handler: RequestListener, port: number, host: string) {
  const server = createServer(handler);
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function accountOf(mailbox: Mailbox) {
  return {
    subject: mailbox.subject,
    deliver: ({ labelIds = ['INBOX', 'UNREAD'], internalDate = Date.now(), raw }: MessageSource) =>
      mailbox.add({ raw, labelIds, internalDate }).id,
    changeLabels: (ids: string[], add: string[], remove: string[]) => mailbox.changeLabels(ids, add, remove),
    delete: (id: string) => mailbox.remove(id),
    expireHistory: () => mailbox.expireHistory(),
    historyId: () => String(mailbox.log.newestId()),
    /** Changes at a rate, until their number or time is over. */
    script: (script: ChangeScript = {}) => runChangeScript(mailbox, script),
  };
}

function found(accounts: ReadonlyMap<string, Mailbox>, email: string): Mailbox {
  const mailbox = accounts.get(email);
  if (!mailbox) throw new Error(`The simulator has no account ${email}`);
  return mailbox;
}

/** Tokens are signed with the same key after a restart, so that they stay valid. */
function signingKey({ entries, append }: Journal): string {
  const kept = entries.find((entry) => entry.type === 'key');
  if (kept) return kept.key;
  const key = randomBytes(32).toString('base64url');
  append({ type: 'key', key });
  return key;
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
    GOOGLE_PUBSUB_URL: url,
  };
}
