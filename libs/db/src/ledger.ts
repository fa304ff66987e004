import type { Pool, PoolClient } from 'pg';
import { addCounts, fenced } from './fenced.ts';
import type { Lease } from './leases.ts';
import { newestPendingSql } from './newest-pending.ts';

/** A message as Gmail lists it. */
export interface Listed {
  gmailId: string;
  threadId: string;
}

export interface Pending extends Listed {
  attempts: number;
  crashes: number;
  /** Why the last attempt failed. */
  reason: string | null;
}

export interface Ledger {
  /** Begins a listing. History is applied from `historyId`, which was read before the first page (DESIGN §3.3). */
  beginGeneration(
    lease: Lease,
    kind: 'full' | 'reconcile',
    historyId: string,
    cover?: ListingCover,
  ): Promise<number>;
  /** A page and the place of the next one, together; listed again after a crash, it adds nothing. */
  recordPage(
    lease: Lease,
    page: { generation: number; messages: Listed[]; nextPageToken: string | null },
  ): Promise<{ added: number }>;
  /**
   * Forgets the place in the listing, whose page token Gmail no longer takes: it starts at the first page
   * again, and what was recorded stays.
   */
  restartListing(lease: Lease, generation: number): Promise<void>;
  /**
   * The newest pending messages, at most `limit`, and with each all that is pending of its thread (Gmail ends one at
   * 100). Fewer where a gap in the positions follows; none only when nothing is pending.
   */
  pending(mailboxId: string, limit: number): Promise<Pending[]>;
  /** What one pending message costs on average, by the threads of the newest few hundred; 0 when there is none. */
  unitsPerMessage(
    mailboxId: string,
    prices: { 'messages.get': number; 'threads.get': number },
  ): Promise<number>;
  /** Moves messages out of `pending` that cannot be stored, or counts a failed attempt at them. */
  settle(lease: Lease, outcomes: SettledMessage[]): Promise<void>;
  /** Puts failed messages back to `pending`; all of the mailbox when no ids are given. Returns how many. */
  replay(mailboxId: string, gmailIds?: string[]): Promise<number>;
}

export interface ListingCover {
  /** Names what is listed; another name later means that a mailbox has to be listed anew. */
  horizon: string;
  /** Nothing older is listed. A reconcile goes at least as far back as the listings before it. Null: all. */
  listedFrom: Date | null;
  /** Gmail lost the history: counted until history can be applied again. */
  lost: boolean;
}

export type SettledMessage =
  | { gmailId: string; outcome: 'gone' }
  | { gmailId: string; outcome: 'failed'; reason: string }
  | { gmailId: string; outcome: 'retry'; reason: string };

const noCover: ListingCover = { horizon: '', listedFrom: null, lost: false };
/** Room for the pages of a listing between two generations' positions. */
const pageStride = 1_000;
/** How far below the newest position the newest are looked for: four pages, or four seconds of new mail. */
const newestWithin = 4 * pageStride;

export function ledgerStore(pool: Pool): Ledger {
  return {
    beginGeneration: (lease, kind, historyId, { horizon, listedFrom, lost } = noCover) =>
      fenced(pool, lease, async (client) => {
        const { rows } = await client.query<{ generation: number }>(
          `UPDATE mailboxes SET generation = generation + 1, state = $2, relist = false,
             lost_histories = lost_histories + $3::int WHERE id = $1 RETURNING generation`,
          [lease.mailboxId, kind === 'full' ? 'syncing' : 'resyncing', lost ? 1 : 0],
        );
        const generation = rows[0]!.generation;
        await client.query(
          `INSERT INTO sync_generations (mailbox_id, generation, kind, pinned_history_id, horizon, listed_from)
           SELECT $1, $2, $3, $4, $5, CASE WHEN $6::timestamptz IS NOT NULL THEN least($6, (
             SELECT listed_from FROM sync_generations WHERE mailbox_id = $1 AND generation = $2 - 1)) END`,
          [lease.mailboxId, generation, kind, historyId, horizon, listedFrom],
        );
        await client.query('UPDATE mailboxes SET history_id = $2 WHERE id = $1', [
          lease.mailboxId,
          historyId,
        ]);
        return generation;
      }),

    recordPage: (lease, { generation, messages, nextPageToken }) =>
      fenced(pool, lease, async (client) => {
        const { rows } = await client.query<{ pages_listed: number }>(
          `UPDATE sync_generations SET page_token = $3, pages_listed = pages_listed + 1,
             listing_complete_at = CASE WHEN $3::text IS NULL THEN now() END
           WHERE mailbox_id = $1 AND generation = $2 RETURNING pages_listed`,
          [lease.mailboxId, generation, nextPageToken],
        );
        const newest = -(rows[0]?.pages_listed ?? 1) * pageStride;
        await digUp(client, lease.mailboxId, messages);
        return { added: await addPending(client, lease.mailboxId, generation, messages, newest) };
      }),

    restartListing: (lease, generation) =>
      fenced(pool, lease, async (client) => {
        await client.query(
          `UPDATE sync_generations SET page_token = NULL
           WHERE mailbox_id = $1 AND generation = $2 AND listing_complete_at IS NULL`,
          [lease.mailboxId, generation],
        );
      }),

    async pending(mailboxId, limit) {
      const { rows } = await pool.query<Pending>(newestPendingSql, [mailboxId, limit, newestWithin]);
      return rows;
    },

    async unitsPerMessage(mailboxId, prices) {
      const { rows } = await pool.query<{ units: number | null }>(
        `SELECT (sum(least(n * $2::int, CASE WHEN n > 1 THEN greatest($3::int, $2::int) ELSE $2::int END))
                 / sum(n))::float8 AS units
         FROM (SELECT count(*) AS n FROM (
                 SELECT thread_id FROM listed_messages WHERE mailbox_id = $1 AND state = 'pending'
                 ORDER BY position DESC LIMIT 500) newest GROUP BY thread_id) threads`,
        [mailboxId, prices['messages.get'], prices['threads.get']],
      );
      return rows[0]?.units ?? 0;
    },

    settle: (lease, outcomes) => fenced(pool, lease, (client) => settle(client, lease.mailboxId, outcomes)),

    async replay(mailboxId, gmailIds) {
      const { rows } = await pool.query<{ replayed: number }>(
        `WITH replayed AS (
           UPDATE listed_messages SET state = 'pending', attempts = 0, crashes = 0, reason = NULL, updated_at = now()
           WHERE mailbox_id = $1 AND state = 'failed' AND ($2::text[] IS NULL OR gmail_id = ANY($2)) RETURNING 1),
         counted AS (SELECT count(*)::int AS n FROM replayed)
         UPDATE mailboxes SET failed = failed - n, pending = pending + n, due_at = now() FROM counted
         WHERE id = $1 RETURNING n AS replayed`,
        [mailboxId, gmailIds ?? null],
      );
      return rows[0]?.replayed ?? 0;
    },
  };
}

/** Gmail lists a message that we hold for deleted: the listing is right, so it is fetched again. */
export async function digUp(client: PoolClient, mailboxId: string, messages: Listed[]): Promise<void> {
  const { rows } = await client.query<{ tombstones: number; ledger: number }>(
    `WITH tombstones AS (
       DELETE FROM emails WHERE mailbox_id = $1 AND gmail_id = ANY($2) AND deleted_at IS NOT NULL RETURNING 1),
     ledger AS (
       DELETE FROM listed_messages WHERE mailbox_id = $1 AND gmail_id = ANY($2) AND state = 'gone' RETURNING 1)
     SELECT (SELECT count(*)::int FROM tombstones) AS tombstones, (SELECT count(*)::int FROM ledger) AS ledger`,
    [mailboxId, messages.map(({ gmailId }) => gmailId)],
  );
  const dug = (rows[0]?.tombstones ?? 0) + (rows[0]?.ledger ?? 0);
  await addCounts(client, mailboxId, { listed: -dug, gone: -dug });
}

/**
 * Adds what is neither stored nor in the ledger; what is, is marked as seen in this generation.
 * `newest` is the position of the first message; the others follow downwards.
 */
export async function addPending(
  client: PoolClient,
  mailboxId: string,
  generation: number,
  messages: Listed[],
  newest: number,
): Promise<number> {
  if (messages.length === 0) return 0;
  const { rows } = await client.query<{ added: number }>(
    `WITH page AS (
       SELECT gmail_id, min(thread_id) AS thread_id, max($5 - ordinal) AS position
       FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS t(gmail_id, thread_id, ordinal) GROUP BY gmail_id),
     seen_stored AS (
       UPDATE emails e SET generation = $4 FROM page
       WHERE e.mailbox_id = $1 AND e.gmail_id = page.gmail_id AND e.generation < $4),
     seen_listed AS (
       UPDATE listed_messages l SET generation = $4 FROM page
       WHERE l.mailbox_id = $1 AND l.gmail_id = page.gmail_id AND l.generation < $4),
     added AS (
       INSERT INTO listed_messages (mailbox_id, gmail_id, thread_id, generation, position)
       SELECT $1, gmail_id, thread_id, $4, position FROM page
       WHERE NOT EXISTS (SELECT 1 FROM emails e WHERE e.mailbox_id = $1 AND e.gmail_id = page.gmail_id)
       ON CONFLICT DO NOTHING RETURNING 1)
     SELECT count(*)::int AS added FROM added`,
    [
      mailboxId,
      messages.map(({ gmailId }) => gmailId),
      messages.map(({ threadId }) => threadId),
      generation,
      newest,
    ],
  );
  const added = rows[0]?.added ?? 0;
  await addCounts(client, mailboxId, { listed: added, pending: added });
  return added;
}

async function settle(client: PoolClient, mailboxId: string, outcomes: SettledMessage[]): Promise<void> {
  const { rows } = await client.query<{ outcome: SettledMessage['outcome']; count: number }>(
    `WITH settled AS (
       UPDATE listed_messages l
       SET state = CASE t.outcome WHEN 'retry' THEN 'pending' ELSE t.outcome END,
           attempts = l.attempts + 1, reason = t.reason, updated_at = now()
       FROM unnest($2::text[], $3::text[], $4::text[]) AS t(gmail_id, outcome, reason)
       WHERE l.mailbox_id = $1 AND l.gmail_id = t.gmail_id AND l.state = 'pending' RETURNING t.outcome)
     SELECT outcome, count(*)::int AS count FROM settled GROUP BY outcome`,
    [
      mailboxId,
      outcomes.map(({ gmailId }) => gmailId),
      outcomes.map(({ outcome }) => outcome),
      outcomes.map((settled) => ('reason' in settled ? settled.reason : null)),
    ],
  );
  const counted = (outcome: SettledMessage['outcome']) =>
    rows.find((row) => row.outcome === outcome)?.count ?? 0;
  const gone = counted('gone');
  const failed = counted('failed');
  await addCounts(client, mailboxId, { gone, failed, pending: -gone - failed });
}
