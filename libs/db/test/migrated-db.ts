import { randomBytes } from 'node:crypto';
import { createTestDatabase } from '@finito/testing';
import { Pool } from 'pg';
import { createDb, migrateDatabase } from '../src/index.ts';
import type { Db, Lease, MessageRow } from '../src/index.ts';

export const keys = new Map([['k1', Buffer.alloc(32, 7)]]);

/** A migrated database of one's own, the product's queries over it, and plain SQL to look behind them. */
export async function migratedDb() {
  const database = await createTestDatabase({
    key: 'finito',
    migrate: async (url) => void (await migrateDatabase(url)),
  });
  const db = createDb({ url: database.url, encryptionKeys: keys });
  const pool = new Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined);
  return {
    url: database.url,
    db,
    pool,
    async close() {
      await db.close();
      await pool.end();
      await database.drop();
    },
  };
}

/** A mailbox under a lease, with a listing begun. */
export async function aMailbox(
  db: Db,
  pool: Pool,
): Promise<{ mailboxId: string; userId: string; lease: Lease }> {
  const userId = `usr_${randomBytes(8).toString('hex')}`;
  const name = randomBytes(6).toString('hex');
  await pool.query(`INSERT INTO users (id, google_subject, email_address) VALUES ($1, $2, 'a@example.com')`, [
    userId,
    name,
  ]);
  const { mailboxId } = await db.mailboxes.connect(
    userId,
    { googleSubject: name, emailAddress: `${name}@example.com` },
    { refreshToken: 'refresh', accessToken: null, accessTokenExpiresAt: null, scope: '' },
  );
  const lease = await takeLease(db, mailboxId);
  await db.ledger.beginGeneration(lease, 'full', '100');
  return { mailboxId, userId, lease };
}

export async function takeLease(
  db: Db,
  mailboxId: string,
  { owner = 'test', ttlMs = 60_000 }: { owner?: string; ttlMs?: number } = {},
): Promise<Lease> {
  const acquired = await db.leases.acquire(mailboxId, owner, ttlMs);
  if (typeof acquired === 'string') throw new Error(`the lease is ${acquired}`);
  return acquired.lease;
}

export function aMessage(gmailId: string, changes: Partial<MessageRow> = {}): MessageRow {
  return {
    gmailId,
    threadId: gmailId,
    historyId: '100',
    receivedAt: new Date('2026-01-01T00:00:00Z'),
    subject: 'Lunch on Friday',
    from: { name: 'Ann', address: 'ann@example.com' },
    recipients: { to: [], cc: [], bcc: [], replyTo: [] },
    messageId: null,
    labelIds: ['INBOX', 'UNREAD'],
    size: 1_000,
    snippet: 'Shall we?',
    hasAttachments: false,
    content: { text: 'Shall we?', html: null, attachments: [], flaws: [] },
    ...changes,
  };
}

export async function countsOf(pool: Pool, mailboxId: string) {
  const { rows } = await pool.query(
    'SELECT listed, stored, gone, failed, pending, history_id AS "historyId", state FROM mailboxes WHERE id = $1',
    [mailboxId],
  );
  return rows[0];
}
