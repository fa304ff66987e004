import { createTestDatabase } from '@finito/testing';
import { createDb, migrateDatabase, newId } from '@finito/db';
import { Pool } from 'pg';

const key = Buffer.alloc(32, 9);
export const keys = new Map([['k1', key]]);
export const encryptionKeysSetting = `k1:${key.toString('base64')}`;

export interface Account {
  subject: string;
  emailAddress: string;
  refreshToken: string;
  accessToken: string | null;
  expiresAt: Date | null;
}

/** A migrated database of one's own, the product's queries over it, and plain SQL to look behind them. */
export async function aDatabase() {
  const database = await createTestDatabase({
    key: 'finito',
    migrate: async (url) => void (await migrateDatabase(url)),
  });
  const db = createDb({ url: database.url, encryptionKeys: keys });
  const pool = new Pool({ connectionString: database.url, max: 3 });
  pool.on('error', () => undefined);
  return {
    url: database.url,
    db,
    pool,
    /** A user's consent, without the browser. No worker sees the mailbox before `before` is done with it. */
    async connect(account: Partial<Account> = {}, before?: (mailboxId: string) => Promise<void>) {
      const userId = newId('usr');
      const { subject = userId, emailAddress = 'a@example.com', refreshToken = 'refresh' } = account;
      const { accessToken = null, expiresAt = null } = account;
      await pool.query('INSERT INTO users (id, google_subject, email_address) VALUES ($1, $1, $2)', [
        userId,
        emailAddress,
      ]);
      if (before) {
        const mailboxId = newId('mb');
        await pool.query(
          `INSERT INTO mailboxes (id, user_id, google_subject, email_address, due_at)
           VALUES ($1, $2, $3, $4, now() + interval '1 day')`,
          [mailboxId, userId, subject, emailAddress],
        );
        await before(mailboxId);
      }
      const { mailboxId } = await db.mailboxes.connect(
        userId,
        { googleSubject: subject, emailAddress },
        { refreshToken, accessToken, accessTokenExpiresAt: expiresAt?.getTime() ?? null, scope: '' },
      );
      return mailboxId;
    },
    async takeLease(mailboxId: string) {
      const acquired = await db.leases.acquire(mailboxId, 'test', 10_000);
      if (typeof acquired === 'string') throw new Error(`the lease is ${acquired}`);
      return acquired.lease;
    },
    async close() {
      await db.close();
      await pool.end();
      await database.drop();
    },
  };
}
