import type { Pool, PoolClient } from 'pg';
import { RowRefusedError } from './errors.ts';
import { addCounts, fenced } from './fenced.ts';
import type { Lease } from './leases.ts';
import { recordEvent } from './webhook-events.ts';

export interface Address {
  name: string;
  address: string;
}

export interface StoredAttachment {
  id: string | null;
  partId: string;
  filename: string;
  mimeType: string;
  size: number;
  contentId: string | null;
  inline: boolean;
}

/** A message as it is stored: its envelope, and its content when that was fetched. */
export interface MessageRow {
  gmailId: string;
  threadId: string;
  /** Gmail's uint64 of the last change that this copy includes. */
  historyId: string;
  receivedAt: Date;
  subject: string;
  from: Address | null;
  recipients: { to: Address[]; cc: Address[]; bcc: Address[]; replyTo: Address[] };
  messageId: string | null;
  labelIds: string[];
  size: number;
  snippet: string;
  hasAttachments: boolean;
  content: {
    text: string | null;
    html: string | null;
    attachments: StoredAttachment[];
    flaws: string[];
  } | null;
}

export interface MessageStore {
  /**
   * Stores messages, newest copy wins, and takes them out of the ledger, in one transaction. A slice
   * that is stored again changes no row. Returns the ids that were not stored before.
   * @throws LeaseLostError; RowRefusedError when one of them cannot be held, and then none is stored
   */
  store(lease: Lease, generation: number, messages: MessageRow[]): Promise<string[]>;
  /** Makes a stored message carry exactly these labels: Gmail's word, read anew. @throws LeaseLostError */
  setLabels(lease: Lease, gmailId: string, labelIds: string[], historyId: string): Promise<void>;
  /** The newest message that is stored. */
  newestId(mailboxId: string): Promise<string | undefined>;
}

export function messageStore(pool: Pool): MessageStore {
  return {
    store: (lease, generation, messages) =>
      messages.length === 0
        ? Promise.resolve([])
        : fenced(pool, lease, (client) => store(client, lease.mailboxId, generation, messages)).catch(
            (error: unknown) => {
              throw asRefused(error);
            },
          ),

    setLabels: (lease, gmailId, labelIds, historyId) =>
      fenced(pool, lease, async (client) => {
        await client.query(
          `UPDATE emails SET label_ids = $3, history_id = greatest(history_id, $4::numeric), updated_at = now()
           WHERE mailbox_id = $1 AND gmail_id = $2 AND deleted_at IS NULL`,
          [lease.mailboxId, gmailId, labelIds, historyId],
        );
        await recordEvent(client, lease.mailboxId, 'message-changed', [gmailId]);
      }),

    async newestId(mailboxId) {
      const { rows } = await pool.query<{ gmail_id: string }>(
        `SELECT gmail_id FROM emails WHERE mailbox_id = $1 AND deleted_at IS NULL
         ORDER BY received_at DESC, gmail_id DESC LIMIT 1`,
        [mailboxId],
      );
      return rows[0]?.gmail_id;
    },
  };
}

/** Classes 22 (data exception) and 54 (program limit exceeded): the row's own, and the same at each try. */
function asRefused(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(22|54)[0-9A-Z]{3}$/.test(code) ? new RowRefusedError(code, { cause: error }) : error;
}

async function store(
  client: PoolClient,
  mailboxId: string,
  generation: number,
  messages: MessageRow[],
): Promise<string[]> {
  const ids = messages.map(({ gmailId }) => gmailId);
  const { rows: before } = await client.query<{ gmail_id: string; dead: boolean }>(
    'SELECT gmail_id, deleted_at IS NOT NULL AS dead FROM emails WHERE mailbox_id = $1 AND gmail_id = ANY($2)',
    [mailboxId, ids],
  );
  await upsertEmails(client, mailboxId, generation, messages);
  await upsertContents(client, mailboxId, messages);
  const { rows: left } = await client.query<{ state: 'pending' | 'gone' | 'failed' }>(
    'DELETE FROM listed_messages WHERE mailbox_id = $1 AND gmail_id = ANY($2) RETURNING state',
    [mailboxId, ids],
  );
  const leaving = (state: string) => left.filter((row) => row.state === state).length;
  const dead = before.filter((row) => row.dead).length;
  const alive = new Set(before.filter((row) => !row.dead).map((row) => row.gmail_id));
  const fresh = [...new Set(ids)].filter((id) => !alive.has(id));
  await addCounts(client, mailboxId, {
    listed: fresh.length - left.length - dead,
    stored: fresh.length,
    gone: -leaving('gone') - dead,
    failed: -leaving('failed'),
    pending: -leaving('pending'),
  });
  await recordEvent(client, mailboxId, 'message-stored', fresh);
  return fresh;
}

/** Half of a gigabyte row would be refused by Postgres' tsvector; a mail's first words find it. */
const searchedTextLength = 20_000;

async function upsertEmails(
  client: PoolClient,
  mailboxId: string,
  generation: number,
  messages: MessageRow[],
): Promise<void> {
  await client.query(
    `INSERT INTO emails AS e (mailbox_id, gmail_id, thread_id, history_id, received_at, subject, from_name, from_address,
       recipients, message_id, label_ids, size, snippet, has_attachments, generation, search)
     SELECT $1, t.gmail_id, t.thread_id, t.history_id, t.received_at, t.subject, t.from_name, t.from_address,
       t.recipients, t.message_id, ARRAY(SELECT jsonb_array_elements_text(t.label_ids)), t.size, t.snippet,
       t.has_attachments, $2, to_tsvector('simple', t.searched)
     FROM unnest($3::text[], $4::text[], $5::numeric[], $6::timestamptz[], $7::text[], $8::text[], $9::text[],
       $10::jsonb[], $11::text[], $12::jsonb[], $13::int[], $14::text[], $15::bool[], $16::text[])
       AS t(gmail_id, thread_id, history_id, received_at, subject, from_name, from_address,
         recipients, message_id, label_ids, size, snippet, has_attachments, searched)
     ON CONFLICT (mailbox_id, gmail_id) DO UPDATE SET
       thread_id = excluded.thread_id, history_id = excluded.history_id, received_at = excluded.received_at,
       subject = excluded.subject, from_name = excluded.from_name, from_address = excluded.from_address,
       recipients = excluded.recipients, message_id = excluded.message_id, label_ids = excluded.label_ids,
       size = excluded.size, snippet = excluded.snippet, has_attachments = excluded.has_attachments,
       generation = greatest(e.generation, excluded.generation), search = excluded.search,
       deleted_at = NULL, updated_at = now()
     WHERE excluded.history_id > e.history_id OR e.deleted_at IS NOT NULL`,
    [
      mailboxId,
      generation,
      messages.map((m) => m.gmailId),
      messages.map((m) => m.threadId),
      messages.map((m) => m.historyId),
      messages.map((m) => m.receivedAt),
      messages.map((m) => m.subject),
      messages.map((m) => m.from?.name ?? ''),
      messages.map((m) => m.from?.address ?? ''),
      messages.map((m) => JSON.stringify(m.recipients)),
      messages.map((m) => m.messageId),
      messages.map((m) => JSON.stringify(m.labelIds)),
      messages.map((m) => m.size),
      messages.map((m) => m.snippet),
      messages.map((m) => m.hasAttachments),
      messages.map(searchedText),
    ],
  );
}

function searchedText({ subject, from, snippet, content }: MessageRow): string {
  const text = content?.text ?? snippet;
  return `${subject} ${from?.name ?? ''} ${from?.address ?? ''} ${text}`.slice(0, searchedTextLength);
}

async function upsertContents(client: PoolClient, mailboxId: string, messages: MessageRow[]): Promise<void> {
  const withContent = messages.flatMap(({ gmailId, content }) => (content ? [{ gmailId, ...content }] : []));
  if (withContent.length === 0) return;
  // The content of a Gmail message never changes: a draft that is edited gets a new id.
  await client.query(
    `INSERT INTO contents (mailbox_id, gmail_id, text, html, attachments, flaws)
     SELECT $1, t.gmail_id, t.text, t.html, t.attachments, ARRAY(SELECT jsonb_array_elements_text(t.flaws))
     FROM unnest($2::text[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[])
       AS t(gmail_id, text, html, attachments, flaws)
     ON CONFLICT DO NOTHING`,
    [
      mailboxId,
      withContent.map((c) => c.gmailId),
      withContent.map((c) => c.text),
      withContent.map((c) => c.html),
      withContent.map((c) => JSON.stringify(c.attachments)),
      withContent.map((c) => JSON.stringify(c.flaws)),
    ],
  );
}
