import type { Pool } from 'pg';
import { isOpen } from './leases.ts';
import type { MailboxState } from './leases.ts';

export interface DueMailboxes {
  /**
   * Mailboxes whose time comes within `aheadMs` and that wait for nothing, each given to one caller, and in how many
   * milliseconds it comes; it comes up again `graceMs` after that unless a worker moves it.
   */
  claimDue(claim: {
    limit: number;
    aheadMs: number;
    graceMs: number;
  }): Promise<{ mailboxId: string; inMs: number }[]>;
  /** Mailboxes with a backlog that nobody has worked on for `idleMs` and that wait for nothing. */
  idleBacklogs(limit: number, idleMs: number): Promise<string[]>;
  /**
   * Ends the wait of a few mailboxes that wait for an outage of Gmail to end, each for one caller, those with a backlog
   * first; none of `but`.
   */
  endOutageWaits(limit: number, but: string[]): Promise<{ id: string; hasBacklog: boolean }[]>;
  /** Counts by state, for metrics. */
  countByState(): Promise<Record<MailboxState, number>>;
  /** Messages per mailbox that the ledger cannot account for, counted row by row; empty when all add up. */
  unaccounted(mailboxId?: string): Promise<Unaccounted[]>;
  /**
   * The same without counting every row of all: counts a few mailboxes that changed since they were counted, each by
   * one caller at most every ten minutes and all once a day, and gives what is known of all.
   */
  recount(): Promise<Unaccounted[]>;
  /**
   * Gmail told that an account's mailbox has come to `historyId`. When it resolves this is remembered: mailboxes that
   * are behind are due, and stay so until they have come there; the others are due once what Gmail left untold meanwhile
   * can be seen. Enqueue `sync-mailbox` for the `looks`, to be quick. The history id itself moves only with what it covers.
   */
  notify(emailAddress: string, historyId: string): Promise<Notified>;
  /** Notes Gmail's watch, which is renewed long before it ends; `null`: it was refused, and is asked for again in an hour. */
  watched(mailboxId: string, until: Date | null): Promise<void>;
  /** When the first of the watches ends that should be there; null when there is none. */
  earliestWatchEnd(): Promise<Date | null>;
  /** Only a refused refresh leads here: no worker touches the mailbox until its owner consents again. */
  markReauth(mailboxId: string): Promise<void>;
}

export interface Unaccounted {
  mailboxId: string;
  messages: number;
}

/** Of one caller at once: a mailbox of a million messages takes a good part of a second. */
const recountLimit = 5;

export function dueMailboxes(pool: Pool): DueMailboxes {
  return {
    async claimDue({ limit, aheadMs, graceMs }) {
      const { rows } = await pool.query<{ mailboxId: string; inMs: number }>(
        `WITH due AS (
           SELECT id, greatest(due_at, now()) AS at FROM mailboxes
           WHERE due_at <= now() + $2 * interval '1 millisecond' AND ${isOpen}
             AND (wait_until IS NULL OR wait_until <= now())
           ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
         UPDATE mailboxes m SET due_at = due.at + $3 * interval '1 millisecond' FROM due WHERE m.id = due.id
         RETURNING m.id AS "mailboxId", ceil(extract(epoch FROM due.at - now()) * 1000)::int AS "inMs"`,
        [limit, aheadMs, graceMs],
      );
      return rows;
    },

    async idleBacklogs(limit, idleMs) {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT id FROM mailboxes
         WHERE ${isOpen} AND generation > 0 AND (pending > 0 OR state <> 'live')
           AND coalesce(lease_until, created_at) < now() - $2 * interval '1 millisecond'
           AND (wait_until IS NULL OR wait_until < now())
         ORDER BY lease_until NULLS FIRST LIMIT $1`,
        [limit, idleMs],
      );
      return rows.map(({ id }) => id);
    },

    async endOutageWaits(limit, but) {
      const { rows } = await pool.query<{ id: string; hasBacklog: boolean }>(
        `UPDATE mailboxes SET wait_until = now() WHERE id IN (
           SELECT id FROM mailboxes WHERE wait_reason = 'breaker' AND wait_until > now() AND ${isOpen}
             AND lease_owner IS NULL AND id <> ALL($2)
           ORDER BY pending > 0 DESC, wait_until DESC LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING id, generation > 0 AND (pending > 0 OR state <> 'live') AS "hasBacklog"`,
        [limit, but],
      );
      return rows;
    },

    async countByState() {
      const { rows } = await pool.query<{ state: MailboxState; count: number }>(
        'SELECT state, count(*)::int AS count FROM mailboxes GROUP BY state',
      );
      const counts: Record<MailboxState, number> = { syncing: 0, live: 0, resyncing: 0, reauth: 0 };
      for (const { state, count } of rows) counts[state] = count;
      return counts;
    },

    async unaccounted(mailboxId) {
      const { rows } = await pool.query<Unaccounted>(
        `SELECT m.id AS "mailboxId",
           (abs(m.stored - e.stored) + abs(m.gone - e.gone - l.gone) + abs(m.failed - l.failed)
             + abs(m.pending - l.pending))::int AS messages
         FROM mailboxes m
         CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE deleted_at IS NULL) AS stored,
             count(*) FILTER (WHERE deleted_at IS NOT NULL) AS gone FROM emails WHERE mailbox_id = m.id) e
         CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE state = 'gone') AS gone,
             count(*) FILTER (WHERE state = 'failed') AS failed,
             count(*) FILTER (WHERE state = 'pending') AS pending FROM listed_messages WHERE mailbox_id = m.id) l
         WHERE ($1::text IS NULL OR m.id = $1) AND (m.stored, m.gone, m.failed, m.pending) IS DISTINCT FROM (e.stored, e.gone + l.gone, l.failed, l.pending)`,
        [mailboxId ?? null],
      );
      return rows;
    },

    async recount() {
      const { rows: mine } = await pool.query<{ id: string }>(
        `UPDATE mailboxes SET counted_at = now() WHERE id IN (
           SELECT id FROM mailboxes WHERE counted_at IS NULL OR counted_at < now() - interval '1 day'
             OR (updated_at > counted_at AND counted_at < now() - interval '10 minutes')
           ORDER BY counted_at NULLS FIRST LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING id`,
        [recountLimit],
      );
      for (const { id } of mine) {
        const [counted] = await this.unaccounted(id);
        await pool.query('UPDATE mailboxes SET unaccounted = $2 WHERE id = $1 AND unaccounted <> $2', [
          id,
          counted?.messages ?? 0,
        ]);
      }
      const { rows } = await pool.query<Unaccounted>(
        'SELECT id AS "mailboxId", unaccounted AS messages FROM mailboxes WHERE unaccounted > 0',
      );
      return rows;
    },

    ...watches(pool),

    async markReauth(mailboxId) {
      await pool.query(
        `UPDATE mailboxes SET state = 'reauth', credentials = NULL, credentials_version = credentials_version + 1,
           wait_reason = 'reauth', wait_until = NULL, updated_at = now() WHERE id = $1`,
        [mailboxId],
      );
    },
  };
}

export interface Notified {
  /** `news`: of a change that a mailbox has not seen; `unknown`: nobody has this mailbox. */
  outcome: 'news' | 'known' | 'unknown';
  looks: { mailboxId: string; inMs: number }[];
}

/**
 * After Gmail has told of a change, it says nothing of others of that user for a second, and never will: a mailbox is
 * looked at once more when that second is over (https://developers.google.com/workspace/gmail/api/guides/push).
 */
export const untoldMs = 1_100;

function watches(pool: Pool): Pick<DueMailboxes, 'notify' | 'watched' | 'earliestWatchEnd'> {
  return {
    async notify(emailAddress, historyId) {
      const { rows } = await pool.query<{ id: string; open: boolean; behind: boolean }>(
        `UPDATE mailboxes SET notified_at = now(),
           notified_history_id = greatest(notified_history_id, $2::numeric),
           due_at = CASE WHEN history_id >= $2::numeric
             THEN least(due_at, now() + $3 * interval '1 millisecond') ELSE now() END
         WHERE email_address = ANY(ARRAY[$1, lower($1)]) AND google_subject NOT LIKE 'erased:%'
         RETURNING id, state <> 'reauth' AND paused_at IS NULL AS open,
           coalesce(history_id < $2::numeric, true) AS behind`,
        [emailAddress, historyId, untoldMs],
      );
      const open = rows.filter((mailbox) => mailbox.open);
      return {
        outcome: rows.length === 0 ? 'unknown' : open.some(({ behind }) => behind) ? 'news' : 'known',
        looks: open.map(({ id, behind }) => ({ mailboxId: id, inMs: behind ? 0 : untoldMs })),
      };
    },

    async watched(mailboxId, until) {
      await pool.query(
        `UPDATE mailboxes SET watch_until = coalesce($2, watch_until),
           watch_renew_at = now() + CASE WHEN $2::timestamptz IS NULL THEN interval '1 hour' ELSE interval '1 day' END
         WHERE id = $1`,
        [mailboxId, until],
      );
    },

    async earliestWatchEnd() {
      const { rows } = await pool.query<{ until: Date | null }>(
        `SELECT min(watch_until) AS until FROM mailboxes WHERE state <> 'reauth' AND paused_at IS NULL`,
      );
      return rows[0]?.until ?? null;
    },
  };
}
