import type { Pool } from 'pg';
import { openText } from './sealed-text.ts';
import type { EncryptionKeys } from './sealed-text.ts';

export interface WebhookBatch {
  url: string;
  secret: string;
  deliveries: DueDelivery[];
}

export interface DueDelivery {
  id: string;
  eventId: string;
  type: string;
  payload: unknown;
  createdAt: Date;
  /** Tries, this one included. */
  attempts: number;
}

export interface DeliveryOutcome {
  id: string;
  /** What the receiver answered, if it did. */
  status: number | null;
  /** Why it failed, a name from a closed set; null: it was delivered. */
  error: string | null;
  /** Until the next try of this one. */
  againInMs: number;
}

/** How long an event is tried, and a webhook that never takes one. */
export interface WebhookPatience {
  eventMs: number;
  webhookMs: number;
}

/** The worker's side of webhooks. */
export interface WebhookWork {
  /** Webhooks with something due. */
  due(limit: number): Promise<string[]>;
  /**
   * The oldest due deliveries, each given to one caller, and again after `holdMs` if nothing is heard of it: a try is
   * counted before it is made. Undefined when nothing is due, or the webhook waits or is disabled.
   */
  claim(webhookId: string, limit: number, holdMs: number): Promise<WebhookBatch | undefined>;
  /**
   * Notes what became of a round. A round without one success has the whole webhook wait, longer each time; the first
   * success after that makes all due at once. One that fails for longer than `patience.webhookMs` is disabled.
   */
  settle(webhookId: string, outcomes: DeliveryOutcome[], patience: WebhookPatience): Promise<void>;
  /** The receiver wants no more. */
  disable(webhookId: string): Promise<void>;
  /** Deletes what was settled longer ago, and what has waited longer for a disabled webhook. Returns how many. */
  prune(olderThanMs: number): Promise<number>;
}

const firstWaitMs = 5_000;
const longestWaitMs = 600_000;

export function webhookWork(pool: Pool, keys: EncryptionKeys): WebhookWork {
  return {
    async due(limit) {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT id FROM webhooks w WHERE disabled_at IS NULL AND (retry_at IS NULL OR retry_at <= now())
           AND EXISTS (SELECT 1 FROM webhook_deliveries d
             WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.due_at <= now()) LIMIT $1`,
        [limit],
      );
      return rows.map(({ id }) => id);
    },

    async claim(webhookId, limit, holdMs) {
      const { rows } = await pool.query<DueDelivery & { url: string; sealed: string }>(
        `WITH hook AS (
           SELECT id, url, secret FROM webhooks
           WHERE id = $1 AND disabled_at IS NULL AND (retry_at IS NULL OR retry_at <= now())),
         due AS (
           SELECT d.id FROM webhook_deliveries d JOIN hook ON d.webhook_id = hook.id
           WHERE d.state = 'pending' AND d.due_at <= now() ORDER BY d.due_at, d.id LIMIT $2 FOR UPDATE OF d SKIP LOCKED)
         UPDATE webhook_deliveries d SET attempts = attempts + 1, due_at = now() + $3 * interval '1 millisecond'
         FROM due, hook WHERE d.id = due.id
         RETURNING d.id, d.event_id AS "eventId", d.type, d.payload, d.created_at AS "createdAt", d.attempts,
           hook.url, hook.secret AS sealed`,
        [webhookId, limit, holdMs],
      );
      const [first] = rows;
      if (!first) return undefined;
      const deliveries = rows.sort((left, right) => Number(left.id) - Number(right.id));
      return { url: first.url, secret: openText(webhookId, first.sealed, keys), deliveries };
    },

    settle: (webhookId, outcomes, patience) => settle(pool, webhookId, outcomes, patience),

    async disable(webhookId) {
      await pool.query('UPDATE webhooks SET disabled_at = coalesce(disabled_at, now()) WHERE id = $1', [
        webhookId,
      ]);
    },

    async prune(olderThanMs) {
      const { rowCount } = await pool.query(
        `DELETE FROM webhook_deliveries WHERE id IN (
           SELECT id FROM webhook_deliveries
           WHERE coalesce(done_at, created_at) < now() - $1 * interval '1 millisecond' LIMIT 10000)`,
        [olderThanMs],
      );
      return rowCount ?? 0;
    },
  };
}

async function settle(
  pool: Pool,
  webhookId: string,
  outcomes: DeliveryOutcome[],
  { eventMs, webhookMs }: WebhookPatience,
): Promise<void> {
  await pool.query(
    `UPDATE webhook_deliveries d SET last_status = t.status, last_error = t.error,
       state = CASE WHEN t.error IS NULL THEN 'delivered'
         WHEN d.created_at < now() - ($5 - t.again_ms) * interval '1 millisecond' THEN 'failed' ELSE 'pending' END,
       done_at = CASE WHEN t.error IS NULL OR d.created_at < now() - ($5 - t.again_ms) * interval '1 millisecond' THEN now() END,
       due_at = now() + t.again_ms * interval '1 millisecond'
     FROM unnest($1::bigint[], $2::int[], $3::text[], $4::float8[]) AS t(id, status, error, again_ms)
     WHERE d.id = t.id AND d.state = 'pending'`,
    [
      outcomes.map(({ id }) => id),
      outcomes.map(({ status }) => status),
      outcomes.map(({ error }) => error),
      outcomes.map(({ againInMs }) => againInMs),
      eventMs,
    ],
  );
  const failure = outcomes.find(({ error }) => error !== null)?.error ?? null;
  if (outcomes.some(({ error }) => error === null)) {
    await pool.query(
      `WITH back AS (UPDATE webhooks w SET last_delivered_at = now(), last_error = coalesce($2, w.last_error), failures = 0,
           failing_since = NULL, retry_at = NULL
         FROM (SELECT id, failures FROM webhooks WHERE id = $1 FOR UPDATE) old WHERE w.id = old.id
         RETURNING w.id, old.failures)
       UPDATE webhook_deliveries d SET due_at = now() FROM back
       WHERE back.failures > 0 AND d.webhook_id = back.id AND d.state = 'pending' AND d.due_at > now()`,
      [webhookId, failure],
    );
  } else {
    await pool.query(
      `UPDATE webhooks SET failures = failures + 1, failing_since = coalesce(failing_since, now()), last_error = $2,
         retry_at = now() + least($3 * power(2, least(failures, 20)), $4) * interval '1 millisecond',
         disabled_at = CASE WHEN failing_since < now() - $5 * interval '1 millisecond' THEN now() ELSE disabled_at END
       WHERE id = $1`,
      [webhookId, failure, firstWaitMs, longestWaitMs, webhookMs],
    );
  }
}
