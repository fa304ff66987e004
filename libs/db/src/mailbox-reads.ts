import type { Pool } from 'pg';
import type { MailboxState, WaitReason } from './leases.ts';

/** A mailbox as its owner sees it. */
export interface MailboxView {
  id: string;
  emailAddress: string;
  state: MailboxState;
  pausedAt: Date | null;
  createdAt: Date;
  lastSyncedAt: Date | null;
  dueAt: Date;
  listed: number;
  stored: number;
  gone: number;
  failed: number;
  pending: number;
  waitReason: WaitReason | null;
  waitUntil: Date | null;
  /** All mailboxes are paused since then. */
  allPausedSince: Date | null;
  /** It has work, waits for nothing, and no worker has had time for it for two seconds. */
  isLeftWaiting: boolean;
  /** When nothing will be pending any more, as far as the quota says. */
  finishesAt: Date | null;
  /** Messages stored in the last `recentSeconds`, or since the mailbox was connected if that is shorter. */
  recentlyStored: number;
  recentSeconds: number;
}

export interface MailboxReads {
  /** Oldest first. With an id, only that one: an empty list when it is not the user's. */
  list(userId: string, mailboxId?: string): Promise<MailboxView[]>;
  /** Whose quota the mailbox's calls count against; undefined when it is gone. */
  findGoogleSubject(mailboxId: string): Promise<string | undefined>;
  /** How many mailboxes were due before `lateMs` ago and nobody looked at them. */
  countOverdue(lateMs: number): Promise<number>;
}

/** Long enough to smooth slices, short enough to follow a change of pace. */
const recentSeconds = 20;

export function mailboxReads(pool: Pool): MailboxReads {
  return {
    async list(userId, mailboxId) {
      const { rows } = await pool.query<MailboxView>(
        `SELECT id, email_address AS "emailAddress", state, paused_at AS "pausedAt", created_at AS "createdAt",
           last_synced_at AS "lastSyncedAt", due_at AS "dueAt", listed, stored, gone, failed, pending,
           wait_reason AS "waitReason", wait_until AS "waitUntil", finishes_at AS "finishesAt",
           (SELECT since FROM fleet_pause) AS "allPausedSince",
           (pending > 0 OR state <> 'live' OR due_at < now() - interval '5 seconds')
             AND coalesce(greatest(lease_until, wait_until), created_at) < now() - interval '2 seconds'
             AS "isLeftWaiting",
           least(greatest(extract(epoch FROM now() - created_at), 1), $3)::float AS "recentSeconds",
           CASE WHEN pending = 0 THEN 0 ELSE (
             SELECT count(*)::int FROM emails e
             WHERE e.mailbox_id = m.id AND e.created_at > now() - $3 * interval '1 second') END AS "recentlyStored"
         FROM mailboxes m
         WHERE user_id = $1 AND ($2::text IS NULL OR id = $2) AND google_subject NOT LIKE 'erased:%'
         ORDER BY created_at, id`,
        [userId, mailboxId ?? null, recentSeconds],
      );
      return rows;
    },

    async findGoogleSubject(mailboxId) {
      const { rows } = await pool.query<{ googleSubject: string }>(
        `SELECT google_subject AS "googleSubject" FROM mailboxes
         WHERE id = $1 AND google_subject NOT LIKE 'erased:%'`,
        [mailboxId],
      );
      return rows[0]?.googleSubject;
    },

    async countOverdue(lateMs) {
      const { rows } = await pool.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM mailboxes
         WHERE due_at < now() - $1 * interval '1 millisecond' AND state <> 'reauth' AND paused_at IS NULL
           AND (wait_until IS NULL OR wait_until < now())
           AND coalesce(lease_until, created_at) < now() - $1 * interval '1 millisecond'`,
        [lateMs],
      );
      return rows[0]?.count ?? 0;
    },
  };
}
