import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { newId } from './ids.ts';
import { sealText } from './sealed-text.ts';
import type { EncryptionKeys } from './sealed-text.ts';

export interface Webhook {
  id: string;
  url: string;
  events: string[];
  /** Of whose mailboxes it is told; null: of all. */
  userId: string | null;
  /** How many events wait. */
  pending: number;
  failingSince: Date | null;
  lastError: string | null;
  lastDeliveredAt: Date | null;
  disabledAt: Date | null;
  createdAt: Date;
}

export interface WebhookDelivery {
  id: string;
  eventId: string;
  type: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  dueAt: Date;
  lastStatus: number | null;
  lastError: string | null;
  createdAt: Date;
  doneAt: Date | null;
}

export interface WebhookStore {
  list(): Promise<Webhook[]>;
  find(id: string): Promise<Webhook | undefined>;
  /** The secret is shown this once. */
  create(webhook: {
    url: string;
    events: string[];
    userId: string | null;
  }): Promise<Webhook & { secret: string }>;
  /** With its deliveries. False when there is none. */
  remove(id: string): Promise<boolean>;
  /** Forgets its failures, and tries at once. */
  enable(id: string): Promise<boolean>;
  /** An event of the type `ping`. */
  ping(id: string): Promise<boolean>;
  /** Newest first. `before` is the id of the last one of the page before. */
  deliveries(
    id: string,
    options: { state?: WebhookDelivery['state']; before?: string; limit: number },
  ): Promise<WebhookDelivery[]>;
}

const columns = `id, url, events, user_id AS "userId", failing_since AS "failingSince", last_error AS "lastError",
  last_delivered_at AS "lastDeliveredAt", disabled_at AS "disabledAt", created_at AS "createdAt",
  (SELECT count(*)::int FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'pending') AS pending`;

export function webhookStore(pool: Pool, keys: EncryptionKeys): WebhookStore {
  const one = async (sql: string, id: string) => (await pool.query(sql, [id])).rowCount === 1;
  return {
    async list() {
      return (await pool.query<Webhook>(`SELECT ${columns} FROM webhooks w ORDER BY created_at, id`)).rows;
    },
    async find(id) {
      return (await pool.query<Webhook>(`SELECT ${columns} FROM webhooks w WHERE id = $1`, [id])).rows[0];
    },
    async create({ url, events, userId }) {
      const id = newId('wh');
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      const { rows } = await pool.query<Webhook>(
        `INSERT INTO webhooks AS w (id, url, secret, events, user_id) VALUES ($1, $2, $3, $4, $5) RETURNING ${columns}`,
        [id, url, sealText(id, secret, keys), events, userId],
      );
      return { ...rows[0]!, secret };
    },
    remove: (id) => one('DELETE FROM webhooks WHERE id = $1', id),
    enable: (id) =>
      one(
        `UPDATE webhooks SET disabled_at = NULL, failures = 0, failing_since = NULL, retry_at = NULL WHERE id = $1`,
        id,
      ),
    ping: (id) =>
      one(
        `INSERT INTO webhook_deliveries (webhook_id, event_id, type, payload)
         SELECT id, 'evt_' || replace(gen_random_uuid()::text, '-', ''), 'ping', '{}' FROM webhooks WHERE id = $1`,
        id,
      ),
    async deliveries(id, { state, before, limit }) {
      const { rows } = await pool.query<WebhookDelivery>(
        `SELECT id, event_id AS "eventId", type, state, attempts, due_at AS "dueAt", last_status AS "lastStatus",
           last_error AS "lastError", created_at AS "createdAt", done_at AS "doneAt"
         FROM webhook_deliveries
         WHERE webhook_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::bigint IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4`,
        [id, state ?? null, before ?? null, limit],
      );
      return rows;
    },
  };
}
