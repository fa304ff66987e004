import { Pool } from 'pg';
import { apiTokenStore } from './api-tokens.ts';
import { clientEventHours } from './client-event-hours.ts';
import { contentStore } from './contents.ts';
import { credentialsStore } from './credentials.ts';
import { dueMailboxes } from './due-mailboxes.ts';
import { emailReads } from './email-reads.ts';
import { exportReads } from './export-reads.ts';
import { failureReads } from './failure-reads.ts';
import { fleetReads } from './fleet-reads.ts';
import { fleetPause } from './fleet-pause.ts';
import { historyStore } from './history.ts';
import { labelReads } from './label-reads.ts';
import { labelStore } from './labels.ts';
import { leaseStore } from './leases.ts';
import { ledgerStore } from './ledger.ts';
import { mailboxReads } from './mailbox-reads.ts';
import { mailboxStore } from './mailboxes.ts';
import { messageStore } from './messages.ts';
import { outboxStore } from './outbox.ts';
import { outboxWork } from './outbox-work.ts';
import { learnWhetherDirect } from './prepared.ts';
import { rateLimitOverrides } from './rate-limit-overrides.ts';
import { replicaFirst } from './read-replica.ts';
import { sealingStore } from './sealing.ts';
import type { EncryptionKeys } from './sealed-text.ts';
import { userStore } from './users.ts';
import { webhookWork } from './webhook-work.ts';
import { webhookStore } from './webhooks.ts';

export interface DbOptions {
  url: string;
  /**
   * A replica: lists, searches, threads and labels are read there, and so may lack what has just come. Whatever decides
   * something is read from the primary, and everything while the replica is out of reach.
   */
  readUrl?: string | undefined;
  /** Connections of this process; the sum over all processes must stay below Postgres' max_connections. */
  maxConnections?: number | undefined;
  encryptionKeys?: EncryptionKeys;
  /** A query over it is cancelled by Postgres; one that gets no answer at all ends a second later. */
  statementTimeoutMs?: number;
}

export type Db = ReturnType<typeof createDb>;

/**
 * Every query of the product, named by intent. Opens connections as they are needed; a database that
 * cannot be reached rejects each call within `connectionTimeoutMillis` (by default pg waits for ever).
 */
export function createDb(options: DbOptions) {
  const { url, readUrl, encryptionKeys = new Map() } = options;
  const pool = createPool(url, options);
  const replica = readUrl === undefined ? undefined : createPool(readUrl, options);
  const reads = replica ? replicaFirst(replica, pool) : pool;

  return {
    apiTokens: apiTokenStore(pool),
    clientEventHours: clientEventHours(pool),
    contents: contentStore(pool),
    credentials: credentialsStore(pool, encryptionKeys),
    due: dueMailboxes(pool),
    // Whoever opens a message may have changed it a moment ago.
    emailReads: { ...emailReads(reads), find: emailReads(pool).find },
    exportReads: exportReads(reads),
    failureReads: failureReads(pool),
    fleetPause: fleetPause(pool),
    fleet: fleetReads(pool),
    history: historyStore(pool),
    labelReads: labelReads(reads),
    labels: labelStore(pool),
    leases: leaseStore(pool),
    ledger: ledgerStore(pool),
    mailboxReads: mailboxReads(pool),
    mailboxes: mailboxStore(pool, encryptionKeys),
    messages: messageStore(pool),
    outbox: outboxStore(pool),
    outboxWork: outboxWork(pool),
    rateLimitOverrides: rateLimitOverrides(pool),
    sealing: sealingStore(pool, encryptionKeys),
    users: userStore(pool),
    webhookWork: webhookWork(pool, encryptionKeys),
    webhooks: webhookStore(pool, encryptionKeys),
    /** Of the connections of this process, now. */
    poolState() {
      const { totalCount: open, idleCount: idle, waitingCount: waiting } = pool;
      return { max: pool.options.max ?? 10, open, idle, waiting };
    },
    async ping(): Promise<void> {
      await pool.query('SELECT 1');
    },
    async close(): Promise<void> {
      await Promise.all([pool.end(), replica?.end()]);
    },
  };
}

function createPool(
  connectionString: string,
  { maxConnections = 10, statementTimeoutMs = 15_000 }: DbOptions,
) {
  const pool = new Pool({
    connectionString,
    max: maxConnections,
    connectionTimeoutMillis: 3_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 1_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    verify: learnWhetherDirect,
  });
  pool.on('error', () => undefined); // an idle connection died; the next query opens another
  // One that died in use: its query rejects, or the next one does. Unheard, the event would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
