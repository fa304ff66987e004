import type { Pool } from 'pg';
import { MailboxNotFoundError } from './errors.ts';

/** What an operator does with all mailboxes. Each worker sees it at its next slice: within seconds. */
export interface FleetPause {
  /** No slice of any mailbox begins from now on; what is running ends within seconds. Paused again, it stays as it is. */
  pause(): Promise<void>;
  /** All mailboxes whose time has come are looked at within seconds. */
  resume(): Promise<void>;
  /** Null while nothing is paused. */
  pausedSince(): Promise<Date | null>;
  /** A mailbox's share when many want more than there is, 1 (usual) to 10. @throws MailboxNotFoundError */
  setWeight(mailboxId: string, weight: number): Promise<void>;
}

export function fleetPause(pool: Pool): FleetPause {
  return {
    async pause() {
      await pool.query('INSERT INTO fleet_pause DEFAULT VALUES ON CONFLICT DO NOTHING');
    },
    async resume() {
      await pool.query('DELETE FROM fleet_pause');
    },
    async pausedSince() {
      const { rows } = await pool.query<{ since: Date }>('SELECT since FROM fleet_pause');
      return rows[0]?.since ?? null;
    },
    async setWeight(mailboxId, weight) {
      const { rowCount } = await pool.query(
        `UPDATE mailboxes SET weight = $2 WHERE id = $1 AND google_subject NOT LIKE 'erased:%'`,
        [mailboxId, weight],
      );
      if (rowCount !== 1) throw new MailboxNotFoundError(mailboxId);
    },
  };
}
