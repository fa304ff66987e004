import type { Pool } from 'pg';
import { fenced } from './fenced.ts';
import type { Lease } from './leases.ts';

/** Messages whose labels Gmail must be told to change, in the order of `id`. */
export interface LabelEntry {
  id: string;
  ageMs: number;
  ids: string[];
  add: string[];
  remove: string[];
}

export interface SendEntry {
  id: string;
  ageMs: number;
  raw: string;
  messageId: string;
  threadId: string | null;
  /** Tries that may have been carried out; more than none means: look before sending again. */
  attempts: number;
}

/** The worker's side of the outbox, under the mailbox's lease. */
export interface OutboxWork {
  /** The oldest label changes that are not told yet. */
  labelEntries(mailboxId: string, limit: number): Promise<LabelEntry[]>;
  /** The oldest message that may be sent now. */
  nextSend(mailboxId: string): Promise<SendEntry | undefined>;
  /** Milliseconds until something of the mailbox is due: 0 is now, `undefined` never. */
  dueInMs(mailboxId: string): Promise<number | undefined>;
  /** Notes a try before it is made, so that a crash cannot hide it; nobody looks at it again for `waitMs`. */
  beginTry(lease: Lease, id: string, waitMs: number): Promise<void>;
  /** The try was certainly not carried out. */
  undoTry(lease: Lease, id: string): Promise<void>;
  /** Told, or given up with a reason; the text of a message is not kept. @throws LeaseLostError */
  settle(lease: Lease, ids: string[], outcome: { failed?: string; gmailId?: string }): Promise<void>;
  /** Mailboxes with something that was due `lateMs` ago and that no job seems to work on. */
  overdue(limit: number, lateMs: number): Promise<string[]>;
  /** Deletes what was settled longer ago; its idempotency keys are forgotten with it. Returns how many. */
  prune(olderThanMs: number): Promise<number>;
}

export function outboxWork(pool: Pool): OutboxWork {
  return {
    ...reads(pool),

    beginTry: (lease, id, waitMs) =>
      fenced(pool, lease, async (client) => {
        await client.query(
          `UPDATE outbox SET attempts = attempts + 1, due_at = now() + $3 * interval '1 millisecond'
           WHERE mailbox_id = $1 AND id = $2 AND state = 'pending'`,
          [lease.mailboxId, id, waitMs],
        );
      }),

    undoTry: (lease, id) =>
      fenced(pool, lease, async (client) => {
        await client.query(
          `UPDATE outbox SET attempts = attempts - 1, due_at = now()
           WHERE mailbox_id = $1 AND id = $2 AND state = 'pending' AND attempts > 0`,
          [lease.mailboxId, id],
        );
      }),

    settle: (lease, ids, { failed, gmailId }) =>
      fenced(pool, lease, async (client) => {
        await client.query(
          `UPDATE outbox SET state = CASE WHEN $3::text IS NULL THEN 'done' ELSE 'failed' END, reason = $3,
             gmail_id = $4, done_at = now(), payload = payload - 'raw'
           WHERE mailbox_id = $1 AND id = ANY($2::bigint[]) AND state = 'pending'`,
          [lease.mailboxId, ids, failed ?? null, gmailId ?? null],
        );
      }),

    async prune(olderThanMs) {
      const { rowCount } = await pool.query(
        `DELETE FROM outbox WHERE id IN (
           SELECT id FROM outbox WHERE state <> 'pending' AND done_at < now() - $1 * interval '1 millisecond'
           LIMIT 10000)`,
        [olderThanMs],
      );
      return rowCount ?? 0;
    },
  };
}

const ageMs = `(extract(epoch FROM now() - created_at) * 1000)::float8 AS "ageMs"`;

function reads(pool: Pool): Pick<OutboxWork, 'labelEntries' | 'nextSend' | 'dueInMs' | 'overdue'> {
  return {
    async labelEntries(mailboxId, limit) {
      const { rows } = await pool.query<LabelEntry>(
        `SELECT id, ${ageMs}, payload->'ids' AS ids, payload->'add' AS add, payload->'remove' AS remove
         FROM outbox WHERE mailbox_id = $1 AND state = 'pending' AND kind <> 'send' ORDER BY id LIMIT $2`,
        [mailboxId, limit],
      );
      return rows;
    },

    async nextSend(mailboxId) {
      const { rows } = await pool.query<SendEntry>(
        `SELECT id, ${ageMs}, attempts, payload->>'raw' AS raw, payload->>'messageId' AS "messageId",
           payload->>'threadId' AS "threadId"
         FROM outbox WHERE mailbox_id = $1 AND state = 'pending' AND kind = 'send' AND due_at <= now()
         ORDER BY id LIMIT 1`,
        [mailboxId],
      );
      return rows[0];
    },

    async dueInMs(mailboxId) {
      const { rows } = await pool.query<{ ms: number | null }>(
        `SELECT (extract(epoch FROM min(due_at) - now()) * 1000)::float8 AS ms FROM outbox
         WHERE mailbox_id = $1 AND state = 'pending'`,
        [mailboxId],
      );
      const ms = rows[0]?.ms ?? undefined;
      return ms === undefined ? undefined : Math.max(0, ms);
    },

    async overdue(limit, lateMs) {
      const { rows } = await pool.query<{ mailboxId: string }>(
        `SELECT DISTINCT o.mailbox_id AS "mailboxId" FROM outbox o JOIN mailboxes m ON m.id = o.mailbox_id
         WHERE o.state = 'pending' AND o.due_at < now() - $2 * interval '1 millisecond'
           AND m.state <> 'reauth' AND m.paused_at IS NULL AND NOT EXISTS (SELECT 1 FROM fleet_pause) AND (m.wait_until IS NULL OR m.wait_until < now())
         LIMIT $1`,
        [limit, lateMs],
      );
      return rows.map(({ mailboxId }) => mailboxId);
    },
  };
}
