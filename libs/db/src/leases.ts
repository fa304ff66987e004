import type { Pool } from 'pg';
import { LeaseLostError } from './errors.ts';

/**
 * The right to write a mailbox's sync state. Each new holder gets a larger fence; a write names its
 * fence and changes nothing when it is no longer the newest, so a worker that was frozen and comes
 * back cannot undo what its successor did (DESIGN §3.3, §3.7).
 */
export interface Lease {
  mailboxId: string;
  userId: string;
  fence: string;
}

export type MailboxState = 'syncing' | 'live' | 'resyncing' | 'reauth';

/** What a worker needs to decide its next step. */
export interface SyncState {
  state: MailboxState;
  historyId: string | null;
  generation: number;
  pending: number;
  /** The unfinished listing, if there is one. */
  listing: {
    kind: 'full' | 'reconcile';
    pageToken: string | null;
    pagesListed: number;
    complete: boolean;
    /** Nothing older is listed; ISO 8601, null for all. */
    listedFrom: string | null;
  } | null;
  /** What the newest listing covers, by name; empty when nobody said. */
  horizon: string;
  /** The mailbox is to be listed anew, for it differs from Gmail's. */
  relist: boolean;
  /** Listings begun because Gmail had lost the history, since it was last applied. */
  lostHistories: number;
  /** Its share when many want more than there is, 1 to 10. */
  weight: number;
  /** Since the newest listing began. */
  generationAgeMs: number;
  /** Whether Gmail should be asked to tell us of changes: it never was, or a day ago. */
  watchIsDue: boolean;
  /** Gmail tells us of changes: it was asked to, and lately did. */
  isPushed: boolean;
  /** Milliseconds since Gmail last told us of a change, when this was read. */
  toldAgoMs: number | undefined;
  googleSubject: string;
  emailAddress: string;
  /** Slices before this one that ended in a failure, one after the other. */
  failures: number;
  /** Somebody whose work is more urgent waits for the lease. */
  wanted: boolean;
}

export type WaitReason = 'quota' | 'cooldown' | 'breaker' | 'paused' | 'reauth' | 'backlog';

export interface Release {
  /** When the sweeper should look again, if no job does before; unchanged when left out. */
  dueInMs?: number;
  wait?: { reason: WaitReason; forMs: number } | null;
  /** A name from a closed set, never a message text. */
  lastError?: string | null;
  /** Whether the slice counts as a failure of the mailbox; unchanged when left out. */
  failed?: boolean;
  synced?: boolean;
  /** Until nothing is pending; unchanged when left out, forgotten when nothing is. */
  finishesInMs?: number | undefined;
}

export interface Acquired {
  lease: Lease;
  sync: SyncState;
  /** The holder before was another one, and never gave it back. */
  afterDeath: boolean;
}

export interface LeaseStore {
  /**
   * `taken` while another worker holds it; `closed` when the mailbox or all are paused, it needs consent, or is gone.
   * One who insists lets the holder know, who may then end early. What a holder that died had in hand
   * becomes suspect; a lease that this owner let lapse itself does not count as a death.
   */
  acquire(
    mailboxId: string,
    owner: string,
    ttlMs: number,
    options?: { insists?: boolean },
  ): Promise<Acquired | 'taken' | 'closed'>;
  /** Also notes which messages are in hand. @throws LeaseLostError */
  renew(lease: Lease, ttlMs: number, inHand?: string[]): Promise<void>;
  /** Says why the mailbox waits. Harmless when the lease is already lost. */
  release(lease: Lease, release: Release): Promise<void>;
  /** The newest sync state, read under the lease. @throws LeaseLostError */
  read(lease: Lease): Promise<SyncState>;
  /** A holder that lost its lease lives after all: what it had in hand is not suspect. */
  absolve(mailboxId: string, gmailIds: string[]): Promise<void>;
}

const syncColumns = `m.user_id, m.lease_fence, m.state, m.history_id, m.generation, m.pending, m.google_subject, m.email_address,
  m.failures, m.lease_wanted, coalesce(m.watch_renew_at, '-infinity') <= now() AS watch_due,
  coalesce(m.watch_until > now() AND m.notified_at > now() - interval '1 day', false) AS pushed,
  (extract(epoch FROM now() - m.notified_at) * 1000)::float8 AS told_ago,
  (SELECT (extract(epoch FROM now() - g.started_at) * 1000)::float8 FROM sync_generations g
   WHERE g.mailbox_id = m.id AND g.generation = m.generation) AS age,
  (SELECT g.horizon FROM sync_generations g WHERE g.mailbox_id = m.id AND g.generation = m.generation) AS horizon,
  m.relist, m.lost_histories, m.weight,
  (SELECT json_build_object('kind', g.kind, 'pageToken', g.page_token, 'pagesListed', g.pages_listed,
                            'complete', g.listing_complete_at IS NOT NULL, 'listedFrom', g.listed_from)
   FROM sync_generations g
   WHERE g.mailbox_id = m.id AND g.generation = m.generation AND g.completed_at IS NULL) AS listing`;

/** No worker touches a mailbox that is paused or needs its owner's consent, or any while all are paused. */
export const isOpen = `state <> 'reauth' AND paused_at IS NULL AND NOT EXISTS (SELECT 1 FROM fleet_pause)`;

/** Gmail told of news that came after the history was read. Not for ever: a position that never comes is no news. */
const hasNews = `(notified_history_id > history_id AND notified_at > now() - interval '1 minute')`;

interface SyncRow {
  user_id: string;
  lease_fence: string;
  state: MailboxState;
  history_id: string | null;
  generation: number;
  pending: number;
  google_subject: string;
  email_address: string;
  failures: number;
  lease_wanted: boolean;
  watch_due: boolean;
  pushed: boolean;
  told_ago: number | null;
  age: number | null;
  horizon: string | null;
  relist: boolean;
  lost_histories: number;
  weight: number;
  listing: SyncState['listing'];
}

export function leaseStore(pool: Pool): LeaseStore {
  return {
    async acquire(mailboxId, owner, ttlMs, { insists = false } = {}) {
      await suspectTheDead(pool, mailboxId, owner);
      const { rows } = await pool.query<SyncRow & { after_death: boolean }>(
        `WITH before(mailbox, owner) AS (SELECT id, lease_owner FROM mailboxes WHERE id = $1 FOR UPDATE)
         UPDATE mailboxes m
         SET lease_owner = $2, lease_fence = lease_fence + 1, lease_until = now() + $3 * interval '1 millisecond',
           lease_wanted = lease_wanted AND NOT $4, in_hand = '{}'
         FROM before
         WHERE id = $1 AND ${isOpen} AND (lease_owner IS NULL OR lease_until < now())
         RETURNING ${syncColumns}, coalesce(before.owner <> $2, false) AS after_death`,
        [mailboxId, owner, ttlMs, insists],
      );
      const [row] = rows;
      if (!row) return (await wantLease(pool, mailboxId, insists)) ? 'taken' : 'closed';
      const lease = { mailboxId, userId: row.user_id, fence: row.lease_fence };
      return { lease, sync: syncState(row), afterDeath: row.after_death };
    },

    async renew({ mailboxId, fence }, ttlMs, inHand) {
      const { rowCount } = await pool.query(
        `UPDATE mailboxes SET lease_until = now() + $3 * interval '1 millisecond', in_hand = coalesce($4, in_hand)
         WHERE id = $1 AND lease_fence = $2 AND lease_owner IS NOT NULL`,
        [mailboxId, fence, ttlMs, inHand ?? null],
      );
      if (rowCount !== 1) throw new LeaseLostError(mailboxId);
    },

    async release({ mailboxId, fence }, release) {
      const { dueInMs, wait = null, lastError = null, failed, synced = false, finishesInMs } = release;
      await pool.query(
        `UPDATE mailboxes SET lease_owner = NULL, lease_until = now(), in_hand = '{}',
           due_at = CASE WHEN $3::float8 IS NULL THEN due_at WHEN ${hasNews} THEN now()
             ELSE now() + $3 * interval '1 millisecond' END,
           wait_reason = $4, wait_until = now() + $5 * interval '1 millisecond', last_error = $6,
           last_synced_at = CASE WHEN $7 THEN now() ELSE last_synced_at END,
           finishes_at = CASE WHEN pending = 0 THEN NULL WHEN $9::float8 IS NULL THEN finishes_at
             ELSE now() + $9 * interval '1 millisecond' END,
           failures = CASE WHEN $8::bool IS NULL THEN failures WHEN $8 THEN failures + 1 ELSE 0 END
         WHERE id = $1 AND lease_fence = $2`,
        [
          mailboxId,
          fence,
          dueInMs ?? null,
          wait?.reason ?? null,
          wait?.forMs ?? null,
          lastError,
          synced,
          failed ?? null,
          finishesInMs ?? null,
        ],
      );
    },

    async read({ mailboxId, fence }) {
      const { rows } = await pool.query<SyncRow>(
        `SELECT ${syncColumns} FROM mailboxes m WHERE id = $1 AND lease_fence = $2`,
        [mailboxId, fence],
      );
      if (!rows[0]) throw new LeaseLostError(mailboxId);
      return syncState(rows[0]);
    },

    absolve: (mailboxId, gmailIds) => absolve(pool, mailboxId, gmailIds),
  };
}

function syncState(row: SyncRow): SyncState {
  return {
    state: row.state,
    historyId: row.history_id,
    generation: row.generation,
    pending: row.pending,
    listing: row.listing,
    googleSubject: row.google_subject,
    emailAddress: row.email_address,
    failures: row.failures,
    wanted: row.lease_wanted,
    generationAgeMs: row.age ?? 0,
    horizon: row.horizon ?? '',
    relist: row.relist,
    lostHistories: row.lost_histories,
    weight: row.weight,
    watchIsDue: row.watch_due,
    isPushed: row.pushed,
    toldAgoMs: row.told_ago ?? undefined,
  };
}

/** The previous holder did not release it: what it had in hand may be what killed it. */
async function suspectTheDead(pool: Pool, mailboxId: string, owner: string): Promise<void> {
  await pool.query(
    `WITH dead AS (
       UPDATE mailboxes SET in_hand = '{}'
       WHERE id = $1 AND lease_owner <> $2 AND lease_until < now() AND in_hand <> '{}'
       RETURNING id)
     UPDATE listed_messages l SET crashes = l.crashes + 1
     FROM dead, (SELECT unnest(in_hand) AS gmail_id FROM mailboxes WHERE id = $1) suspects
     WHERE l.mailbox_id = dead.id AND l.gmail_id = suspects.gmail_id AND l.state = 'pending'`,
    [mailboxId, owner],
  );
}

/** Whether the mailbox is open to workers; one that insists is noted. */
async function wantLease(pool: Pool, mailboxId: string, insists: boolean): Promise<boolean> {
  const { rowCount } = await pool.query(
    insists
      ? `UPDATE mailboxes SET lease_wanted = lease_owner IS NOT NULL
         WHERE id = $1 AND ${isOpen}`
      : `SELECT 1 FROM mailboxes WHERE id = $1 AND ${isOpen}`,
    [mailboxId],
  );
  return rowCount === 1;
}

async function absolve(pool: Pool, mailboxId: string, gmailIds: string[]): Promise<void> {
  await pool.query(
    `UPDATE listed_messages SET crashes = crashes - 1
     WHERE mailbox_id = $1 AND gmail_id = ANY($2) AND state = 'pending' AND crashes > 0`,
    [mailboxId, gmailIds],
  );
}
