import type { Pool } from 'pg';
import { newId } from './ids.ts';

export interface User {
  id: string;
  emailAddress: string;
  name: string;
}

export interface UserStore {
  /**
   * The user of a Google account, made at its first sign-in. An account that is a mailbox of another user signs that
   * user in: both were proven to belong to one person when it was added.
   */
  signIn(account: { googleSubject: string; emailAddress: string; name: string }): Promise<User>;
  find(userId: string): Promise<User | undefined>;
}

const columns = 'id, email_address AS "emailAddress", name';

export function userStore(pool: Pool): UserStore {
  return {
    async signIn({ googleSubject, emailAddress, name }) {
      const { rows: owners } = await pool.query<User>(
        `SELECT u.id, u.email_address AS "emailAddress", u.name FROM mailboxes m JOIN users u ON u.id = m.user_id
         WHERE m.google_subject = $1 AND u.google_subject <> $1`,
        [googleSubject],
      );
      if (owners[0]) return owners[0];
      const { rows } = await pool.query<User>(
        `INSERT INTO users (id, google_subject, email_address, name) VALUES ($1, $2, $3, $4)
         ON CONFLICT (google_subject) DO UPDATE SET email_address = excluded.email_address, name = excluded.name
         RETURNING ${columns}`,
        [newId('usr'), googleSubject, emailAddress, name],
      );
      return rows[0]!;
    },

    async find(userId) {
      const { rows } = await pool.query<User>(`SELECT ${columns} FROM users WHERE id = $1`, [userId]);
      return rows[0];
    },
  };
}
