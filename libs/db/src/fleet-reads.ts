import type { Pool } from 'pg';
import type { WaitReason } from './leases.ts';

/** All mailboxes together, as an operator looks at them. */
export interface FleetState {
  pending: number;
  failed: number;
  /** Since live mailboxes were last brought in step, in seconds: half, 95 of 100, all are below. 0 with no such mailbox. */
  lagSeconds: { median: number; p95: number; max: number };
  waiting: Record<WaitReason, number>;
  /** Until the last of the backlogs is fetched, as far as forecasts go; 0 with no backlog. */
  backfillsEndInSeconds: number;
  /** Of the oldest change of a reader that Gmail was not told yet; 0 when there is none. */
  outboxAgeSeconds: number;
}

export interface AuditCandidate {
  mailboxId: string;
  googleSubject: string;
  weight: number;
  historyId: string;
  /** What Gmail should hold as well: stored, and listed but failed. */
  messages: number;
}

export interface FleetReads {
  state(): Promise<FleetState>;
  /** A live mailbox with nothing left to do, any of them, or the one that is named; undefined when there is none. */
  auditCandidate(mailboxId?: string): Promise<AuditCandidate | undefined>;
  /** Has a live mailbox listed anew soon; false if it was within a day. */
  listAnew(mailboxId: string): Promise<boolean>;
}

export function fleetReads(pool: Pool): FleetReads {
  return {
    async state() {
      const [mailboxes, waits, outbox] = await Promise.all([
        pool.query<{ pending: number; failed: number; endsIn: number; lags: number[] | null }>(
          `SELECT coalesce(sum(pending), 0)::float8 AS pending, coalesce(sum(failed), 0)::float8 AS failed,
             greatest(0, coalesce(extract(epoch FROM max(finishes_at) FILTER (WHERE pending > 0) - now()), 0))::float8
               AS "endsIn",
             percentile_cont(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (
               ORDER BY extract(epoch FROM now() - coalesce(last_synced_at, created_at))::float8
             ) FILTER (WHERE state = 'live' AND paused_at IS NULL) AS lags
           FROM mailboxes`,
        ),
        pool.query<{ reason: WaitReason; count: number }>(
          `SELECT coalesce(CASE WHEN paused_at IS NOT NULL THEN 'paused' END, wait_reason) AS reason,
             count(*)::int AS count FROM mailboxes
           WHERE paused_at IS NOT NULL
             OR (wait_reason IS NOT NULL AND (wait_until IS NULL OR wait_until > now())) GROUP BY 1`,
        ),
        pool.query<{ age: number }>(
          `SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age
           FROM outbox WHERE state = 'pending'`,
        ),
      ]);
      const { pending, failed, endsIn, lags } = mailboxes.rows[0]!;
      const [median = 0, p95 = 0, max = 0] = lags ?? [];
      const waiting = { quota: 0, cooldown: 0, breaker: 0, paused: 0, reauth: 0, backlog: 0 };
      for (const { reason, count } of waits.rows) waiting[reason] = count;
      return {
        ...{ pending, failed, waiting },
        lagSeconds: { median, p95, max },
        backfillsEndInSeconds: endsIn,
        outboxAgeSeconds: outbox.rows[0]!.age,
      };
    },

    async auditCandidate(mailboxId) {
      const { rows } = await pool.query<AuditCandidate>(
        `SELECT id AS "mailboxId", google_subject AS "googleSubject", weight, history_id::text AS "historyId",
           stored + failed AS messages
         FROM mailboxes WHERE state = 'live' AND paused_at IS NULL AND pending = 0 AND history_id IS NOT NULL
           AND (wait_until IS NULL OR wait_until <= now()) AND ($1::text IS NULL OR id = $1)
         ORDER BY random() LIMIT 1`,
        [mailboxId ?? null],
      );
      return rows[0];
    },

    async listAnew(mailboxId) {
      const { rowCount } = await pool.query(
        `UPDATE mailboxes m SET relist = true, due_at = now() WHERE id = $1 AND state = 'live' AND NOT relist
           AND NOT EXISTS (SELECT 1 FROM sync_generations g
             WHERE g.mailbox_id = m.id AND g.started_at > now() - interval '1 day')`,
        [mailboxId],
      );
      return rowCount === 1;
    },
  };
}
