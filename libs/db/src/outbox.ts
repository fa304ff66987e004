// What a reader changes: applied to our rows at once, and kept until Gmail was told (the job `push-changes`).
import type { Pool, PoolClient } from 'pg';
import { MailboxNotFoundError } from './errors.ts';
import type { MessageKey } from './ids.ts';
import { labelsMoved } from './label-reads.ts';
import { recordEvent } from './webhook-events.ts';

export interface LabelChange {
  add: string[];
  remove: string[];
}

export interface SendRequest {
  /** The whole message, base64url. */
  raw: string;
  /** Its Message-ID header, by which it is looked up before it is ever sent a second time. */
  messageId: string;
  /** Gmail's id of the conversation it answers. */
  threadId?: string;
  /** The same key is the same message: it is sent once. */
  idempotencyKey: string;
}

export interface Sending {
  state: 'pending' | 'done' | 'failed';
  /** Why it failed, a name from a closed set. */
  reason: string | null;
  /** Of the message in SENT, once it is there. */
  gmailId: string | null;
  isNew: boolean;
}

/** After each change enqueue `push-changes` for the mailboxes; when that fails, the sweeper finds them. */
export interface OutboxStore {
  /**
   * Changes labels of a user's messages, in our rows and for Gmail, in one transaction. Messages that are
   * not the user's are not accepted, without a word; what changes nothing is accepted and not sent.
   */
  changeLabels(userId: string, keys: MessageKey[], change: LabelChange): Promise<Accepted>;
  trash(userId: string, keys: MessageKey[]): Promise<Accepted>;
  untrash(userId: string, keys: MessageKey[]): Promise<Accepted>;
  /** @throws MailboxNotFoundError */
  send(userId: string, mailboxId: string, request: SendRequest): Promise<Sending>;
}

export interface Accepted {
  accepted: number;
  /** Those with something to send. */
  mailboxIds: string[];
}

export function outboxStore(pool: Pool): OutboxStore {
  const change = (userId: string, keys: MessageKey[], kind: string, labels: LabelChange) =>
    inTransaction(pool, (client) => changeRows(client, { userId, keys, kind, labels }));
  return {
    changeLabels: (userId, keys, labels) => change(userId, keys, 'modify', labels),
    trash: (userId, keys) => change(userId, keys, 'trash', { add: ['TRASH'], remove: ['INBOX'] }),
    untrash: (userId, keys) => change(userId, keys, 'untrash', { add: [], remove: ['TRASH'] }),

    async send(userId, mailboxId, { idempotencyKey, raw, messageId, threadId = null }) {
      const { rowCount } = await pool.query(
        `INSERT INTO outbox (mailbox_id, kind, payload, idempotency_key)
         SELECT id, 'send', $3, $4 FROM mailboxes
         WHERE id = $1 AND user_id = $2 AND google_subject NOT LIKE 'erased:%'
         ON CONFLICT (mailbox_id, idempotency_key) DO NOTHING`,
        [mailboxId, userId, JSON.stringify({ raw, messageId, threadId }), idempotencyKey],
      );
      const { rows } = await pool.query<Omit<Sending, 'isNew'>>(
        `SELECT o.state, o.reason, o.gmail_id AS "gmailId"
         FROM outbox o JOIN mailboxes m ON m.id = o.mailbox_id AND m.user_id = $2
         WHERE o.mailbox_id = $1 AND o.idempotency_key = $3`,
        [mailboxId, userId, idempotencyKey],
      );
      if (!rows[0]) throw new MailboxNotFoundError(mailboxId);
      return { ...rows[0], isNew: rowCount === 1 };
    },
  };
}

interface Change {
  userId: string;
  keys: MessageKey[];
  kind: string;
  labels: LabelChange;
}

async function changeRows(client: PoolClient, { userId, keys, kind, labels }: Change): Promise<Accepted> {
  // Locked first, as a worker's transactions do: the two never wait for each other's rows in a circle.
  const { rows: mailboxes } = await client.query<{ id: string }>(
    `SELECT id FROM mailboxes WHERE user_id = $1 AND id = ANY($2) AND google_subject NOT LIKE 'erased:%'
     ORDER BY id FOR NO KEY UPDATE`,
    [userId, [...new Set(keys.map(({ mailboxId }) => mailboxId))]],
  );
  const own = new Set(mailboxes.map(({ id }) => id));
  const wanted = keys.filter(({ mailboxId }) => own.has(mailboxId));
  const { rows } = await client.query<{ accepted: number; changed: Record<string, string[]> }>(
    `WITH wanted AS (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS t(mailbox_id, gmail_id)),
     changed AS (
       UPDATE emails e SET updated_at = now(), label_ids = ARRAY(
         SELECT label FROM unnest(e.label_ids) AS label WHERE label <> ALL($4) UNION SELECT unnest($3::text[]))
       FROM wanted w
       WHERE e.mailbox_id = w.mailbox_id AND e.gmail_id = w.gmail_id AND e.deleted_at IS NULL
         AND (NOT e.label_ids @> $3 OR e.label_ids && $4) RETURNING e.mailbox_id, e.gmail_id),
     kept AS (
       INSERT INTO outbox (mailbox_id, kind, payload)
       SELECT mailbox_id, $5, jsonb_build_object('ids', jsonb_agg(gmail_id), 'add', to_jsonb($3::text[]),
         'remove', to_jsonb($4::text[])) FROM changed GROUP BY mailbox_id)
     SELECT (SELECT count(*)::int FROM wanted w JOIN emails e USING (mailbox_id, gmail_id)
             WHERE e.deleted_at IS NULL) AS accepted,
       (SELECT coalesce(jsonb_object_agg(mailbox_id, ids), '{}') FROM (
          SELECT mailbox_id, jsonb_agg(gmail_id) AS ids FROM changed GROUP BY 1) c) AS changed`,
    [
      wanted.map(({ mailboxId }) => mailboxId),
      wanted.map(({ gmailId }) => gmailId),
      labels.add,
      // Added and removed at once is added: Gmail refuses such a request.
      labels.remove.filter((label) => !labels.add.includes(label)),
      kind,
    ],
  );
  const { accepted = 0, changed = {} } = rows[0] ?? {};
  if (Object.keys(changed).length > 0) await labelsMoved(client, Object.keys(changed));
  for (const [mailboxId, ids] of Object.entries(changed)) {
    await recordEvent(client, mailboxId, 'message-changed', ids);
  }
  return { accepted, mailboxIds: Object.keys(changed) };
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => (broken = rollbackError));
    throw error;
  } finally {
    client.release(broken);
  }
}
