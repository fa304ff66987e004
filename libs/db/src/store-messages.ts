import type { PoolClient } from 'pg';
import { binaryTextArray } from './binary-arrays.ts';
import type { MessageRow } from './messages.ts';
import { prepared } from './prepared.ts';

/** A mail's first words find it; Postgres' tsvector ends at a megabyte. */
const searchedTextLength = 20_000;

// All in one statement, because a statement costs as much as storing a message or two. Its parts see the rows as they
// were before it: `before` tells which messages are new, and the lock on the mailbox's row, taken by the statement
// before this one, keeps every other writer of its sync away.
const sql = `
  WITH before AS (
    SELECT gmail_id, deleted_at IS NOT NULL AS dead FROM emails WHERE mailbox_id = $1 AND gmail_id = ANY($3::text[])),
  stored AS (
    INSERT INTO emails AS e (mailbox_id, gmail_id, thread_id, history_id, received_at, subject, from_name, from_address,
      recipients, message_id, label_ids, size, snippet, has_attachments, generation, search)
    SELECT $1, t.gmail_id, t.thread_id, t.history_id, t.received_at::timestamptz, t.subject, t.from_name, t.from_address,
      t.recipients::jsonb, t.message_id, ARRAY(SELECT jsonb_array_elements_text(t.label_ids::jsonb)), t.size, t.snippet,
      t.has_attachments, $2, to_tsvector('simple',
        concat_ws(' ', t.subject, t.from_name, t.from_address, left(coalesce(t.text, t.snippet), ${searchedTextLength})))
    FROM unnest($3::text[], $4::text[], $5::numeric[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
      $11::text[], $12::text[], $13::int[], $14::text[], $15::bool[], $16::text[])
      AS t(gmail_id, thread_id, history_id, received_at, subject, from_name, from_address, recipients, message_id,
        label_ids, size, snippet, has_attachments, text)
    ON CONFLICT (mailbox_id, gmail_id) DO UPDATE SET
      thread_id = excluded.thread_id, history_id = excluded.history_id, received_at = excluded.received_at,
      subject = excluded.subject, from_name = excluded.from_name, from_address = excluded.from_address,
      recipients = excluded.recipients, message_id = excluded.message_id, label_ids = excluded.label_ids,
      size = excluded.size, snippet = excluded.snippet, has_attachments = excluded.has_attachments,
      generation = greatest(e.generation, excluded.generation), search = excluded.search,
      deleted_at = NULL, updated_at = now()
    WHERE excluded.history_id > e.history_id OR e.deleted_at IS NOT NULL RETURNING 1),
  -- The content of a Gmail message never changes: a draft that is edited gets a new id.
  kept AS (
    INSERT INTO contents (mailbox_id, gmail_id, text, html, attachments, flaws)
    SELECT $1, t.gmail_id, t.text, t.html, t.attachments::jsonb, ARRAY(SELECT jsonb_array_elements_text(t.flaws::jsonb))
    FROM unnest($3::text[], $16::text[], $17::text[], $18::text[], $19::text[])
      AS t(gmail_id, text, html, attachments, flaws)
    WHERE t.attachments IS NOT NULL
    ON CONFLICT DO NOTHING),
  ledger AS (
    DELETE FROM listed_messages WHERE mailbox_id = $1 AND gmail_id = ANY($3::text[]) RETURNING state),
  fresh AS (
    SELECT DISTINCT id FROM unnest($3::text[]) AS t(id)
    WHERE NOT EXISTS (SELECT 1 FROM before WHERE gmail_id = t.id AND NOT dead)),
  delta AS (
    SELECT (SELECT count(*) FROM fresh)::int AS fresh, (SELECT count(*) FROM before WHERE dead)::int AS dead,
      EXISTS (SELECT 1 FROM stored) AS moved, count(*)::int AS listed, count(*) FILTER (WHERE state = 'pending')::int AS pending,
      count(*) FILTER (WHERE state = 'gone')::int AS gone, count(*) FILTER (WHERE state = 'failed')::int AS failed
    FROM ledger),
  counted AS (
    UPDATE mailboxes m SET listed = m.listed + d.fresh - d.listed - d.dead, stored = m.stored + d.fresh,
      gone = m.gone - d.gone - d.dead, failed = m.failed - d.failed, pending = m.pending - d.pending,
      labels_version = m.labels_version + d.moved::int, in_hand = coalesce($20, m.in_hand), updated_at = now()
    FROM delta d WHERE m.id = $1 AND (d.moved OR d.listed > 0 OR $20::text[] IS NOT NULL)),
  told AS (
    INSERT INTO webhook_deliveries (webhook_id, event_id, type, payload)
    SELECT w.id, 'evt_' || replace(gen_random_uuid()::text, '-', ''), 'message-stored', jsonb_build_object(
      'mailboxId', $1::text, 'ids', (SELECT jsonb_agg('msg_' || substr($1, 4) || '_' || id) FROM fresh))
    FROM webhooks w JOIN mailboxes m ON m.id = $1 AND (w.user_id IS NULL OR w.user_id = m.user_id)
    WHERE w.disabled_at IS NULL AND 'message-stored' = ANY(w.events) AND EXISTS (SELECT 1 FROM fresh))
  SELECT id FROM fresh`;

/** Returns the ids that were not stored before. `nextInHand` as `MessageStore.store` says. */
export async function storeMessages(
  client: PoolClient,
  mailboxId: string,
  generation: number,
  messages: readonly MessageRow[],
  nextInHand: readonly string[] | null,
): Promise<string[]> {
  const values = [mailboxId, generation, ...envelopes(messages), ...contents(messages), nextInHand];
  const { rows } = await client.query<{ id: string }>({
    ...prepared(client, 'store-messages', sql),
    values,
  });
  return rows.map(({ id }) => id);
}

function envelopes(messages: readonly MessageRow[]): unknown[] {
  const texts = (of: (message: MessageRow) => string | null) => binaryTextArray(messages.map(of));
  return [
    texts((m) => m.gmailId),
    texts((m) => m.threadId),
    messages.map((m) => m.historyId),
    texts((m) => m.receivedAt.toISOString()),
    texts((m) => m.subject),
    texts((m) => m.from?.name ?? ''),
    texts((m) => m.from?.address ?? ''),
    texts((m) => JSON.stringify(m.recipients)),
    texts((m) => m.messageId),
    texts((m) => JSON.stringify(m.labelIds)),
    messages.map((m) => m.size),
    texts((m) => m.snippet),
    messages.map((m) => m.hasAttachments),
  ];
}

/** No attachments, not even an empty list: the content was not fetched. */
function contents(messages: readonly MessageRow[]): unknown[] {
  const texts = (of: (content: NonNullable<MessageRow['content']>) => string | null) =>
    binaryTextArray(messages.map(({ content }) => (content ? of(content) : null)));
  return [
    texts((c) => c.text),
    texts((c) => c.html),
    texts((c) => JSON.stringify(c.attachments)),
    texts((c) => JSON.stringify(c.flaws)),
  ];
}
