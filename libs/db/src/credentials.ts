import type { Pool } from 'pg';
import { MailboxNotFoundError } from './errors.ts';
import { openCredentials, sealCredentials } from './sealed-credentials.ts';
import type { Credentials } from './sealed-credentials.ts';
import type { EncryptionKeys } from './sealed-text.ts';

export interface StoredCredentials extends Credentials {
  version: number;
}

export interface CredentialsStore {
  /** `undefined` when the mailbox has none (it was revoked). @throws MailboxNotFoundError */
  get(mailboxId: string): Promise<StoredCredentials | undefined>;
  /** Compare-and-set: false when someone else wrote since `version` was read; read again then. */
  replace(mailboxId: string, version: number, value: Credentials): Promise<boolean>;
  /**
   * The right to refresh what was read as `version`, for one process of all; false while another has it,
   * or when the credentials have changed since. Ends with `replace`, `giveUpRefresh`, or after `forMs`.
   */
  claimRefresh(mailboxId: string, version: number, forMs: number): Promise<boolean>;
  giveUpRefresh(mailboxId: string, version: number): Promise<void>;
}

export function credentialsStore(pool: Pool, keys: EncryptionKeys): CredentialsStore {
  return {
    async get(mailboxId) {
      const { rows } = await pool.query<{ credentials: string | null; version: number }>(
        'SELECT credentials, credentials_version AS version FROM mailboxes WHERE id = $1',
        [mailboxId],
      );
      const [row] = rows;
      if (!row) throw new MailboxNotFoundError(mailboxId);
      if (row.credentials === null) return undefined;
      return { ...openCredentials(mailboxId, row.credentials, keys), version: row.version };
    },

    async replace(mailboxId, version, value) {
      const { rowCount } = await pool.query(
        `UPDATE mailboxes SET credentials = $3, credentials_version = credentials_version + 1, refresh_until = NULL,
           updated_at = now()
         WHERE id = $1 AND credentials_version = $2`,
        [mailboxId, version, sealCredentials(mailboxId, value, keys)],
      );
      return rowCount === 1;
    },

    async claimRefresh(mailboxId, version, forMs) {
      const { rowCount } = await pool.query(
        `UPDATE mailboxes SET refresh_until = now() + $3 * interval '1 millisecond'
         WHERE id = $1 AND credentials_version = $2 AND coalesce(refresh_until, '-infinity') < now()`,
        [mailboxId, version, forMs],
      );
      return rowCount === 1;
    },

    async giveUpRefresh(mailboxId, version) {
      await pool.query(
        'UPDATE mailboxes SET refresh_until = NULL WHERE id = $1 AND credentials_version = $2',
        [mailboxId, version],
      );
    },
  };
}
