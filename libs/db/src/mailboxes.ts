import type { Pool } from 'pg';
import { MailboxNotFoundError } from './errors.ts';
import { newId } from './ids.ts';
import { openCredentials, sealCredentials } from './sealed-credentials.ts';
import type { Credentials } from './sealed-credentials.ts';
import type { EncryptionKeys } from './sealed-text.ts';

/** Another user has connected this Google account already. */
export class MailboxTakenError extends Error {
  override name = 'MailboxTakenError';
  readonly retryable = false;
}

export interface MailboxStore {
  /**
   * Adds a Google account to a user's mailboxes, or gives a known mailbox new credentials after its
   * owner consented again. With no new refresh token the one that is kept stays.
   * @throws MailboxTakenError
   */
  connect(
    userId: string,
    account: { googleSubject: string; emailAddress: string },
    credentials: Omit<Credentials, 'refreshToken'> & { refreshToken: string | null },
  ): Promise<{ mailboxId: string; created: boolean }>;
  /** @throws MailboxNotFoundError */
  pause(userId: string, mailboxId: string): Promise<void>;
  /** @throws MailboxNotFoundError */
  resume(userId: string, mailboxId: string): Promise<void>;
  /**
   * Hides a mailbox from its user and from every worker at once, and hands out its refresh token for
   * revoking. `erase` deletes the rows. @throws MailboxNotFoundError
   */
  disconnect(userId: string, mailboxId: string): Promise<{ refreshToken: string | null }>;
  /** Deletes a disconnected mailbox's rows in batches; run again after a crash, it goes on. */
  erase(mailboxId: string): Promise<void>;
}

const eraseBatch = 5_000;

export function mailboxStore(pool: Pool, keys: EncryptionKeys): MailboxStore {
  async function own(sql: string, userId: string, mailboxId: string): Promise<void> {
    const { rowCount } = await pool.query(sql, [mailboxId, userId]);
    if (rowCount !== 1) throw new MailboxNotFoundError(mailboxId);
  }

  return {
    async connect(userId, account, { refreshToken, ...token }) {
      const { rows: known } = await pool.query<{ id: string; user_id: string; credentials: string | null }>(
        'SELECT id, user_id, credentials FROM mailboxes WHERE google_subject = $1',
        [account.googleSubject],
      );
      const [old] = known;
      if (old && old.user_id !== userId) throw new MailboxTakenError(account.googleSubject);
      const mailboxId = old?.id ?? newId('mb');
      const kept = old?.credentials ? openCredentials(old.id, old.credentials, keys).refreshToken : null;
      const usable = refreshToken ?? kept;
      const sealed = usable && sealCredentials(mailboxId, { ...token, refreshToken: usable }, keys);
      await pool.query(
        `INSERT INTO mailboxes AS m (id, user_id, google_subject, email_address, credentials)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (google_subject) DO UPDATE SET
           email_address = excluded.email_address, credentials = excluded.credentials,
           credentials_version = m.credentials_version + 1, due_at = now(), wait_reason = NULL, wait_until = NULL,
           state = CASE WHEN m.state <> 'reauth' THEN m.state
             WHEN EXISTS (SELECT 1 FROM sync_generations g WHERE g.mailbox_id = m.id AND g.completed_at IS NOT NULL
                          AND g.generation = m.generation) THEN 'live' ELSE 'syncing' END`,
        [mailboxId, userId, account.googleSubject, account.emailAddress, sealed],
      );
      return { mailboxId, created: !old };
    },

    pause: (userId, mailboxId) =>
      own(
        `UPDATE mailboxes SET paused_at = coalesce(paused_at, now()) WHERE id = $1 AND user_id = $2`,
        userId,
        mailboxId,
      ),

    resume: (userId, mailboxId) =>
      own(
        `UPDATE mailboxes SET paused_at = NULL, due_at = now() WHERE id = $1 AND user_id = $2`,
        userId,
        mailboxId,
      ),

    async disconnect(userId, mailboxId) {
      const { rows } = await pool.query<{ credentials: string | null }>(
        `WITH old AS (SELECT id, credentials FROM mailboxes WHERE id = $1 AND user_id = $2 FOR UPDATE),
         hidden AS (
           UPDATE mailboxes m SET paused_at = now(), credentials = NULL, lease_fence = lease_fence + 1,
             google_subject = 'erased:' || m.id FROM old WHERE m.id = old.id)
         SELECT credentials FROM old`,
        [mailboxId, userId],
      );
      const [row] = rows;
      if (!row) throw new MailboxNotFoundError(mailboxId);
      return {
        refreshToken: row.credentials && openCredentials(mailboxId, row.credentials, keys).refreshToken,
      };
    },

    async erase(mailboxId) {
      for (const table of ['contents', 'emails']) {
        for (let deleted = eraseBatch; deleted === eraseBatch;) {
          const { rowCount } = await pool.query(
            `DELETE FROM ${table} WHERE mailbox_id = $1 AND gmail_id IN
               (SELECT gmail_id FROM ${table} WHERE mailbox_id = $1 LIMIT ${eraseBatch})`,
            [mailboxId],
          );
          deleted = rowCount ?? 0;
        }
      }
      await pool.query(`DELETE FROM mailboxes WHERE id = $1 AND google_subject LIKE 'erased:%'`, [mailboxId]);
    },
  };
}
