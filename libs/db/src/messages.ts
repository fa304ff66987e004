import type { Pool } from 'pg';
import { RowRefusedError } from './errors.ts';
import { fenced } from './fenced.ts';
import type { Lease } from './leases.ts';
import { storeMessages } from './store-messages.ts';
import { labelsMoved } from './label-reads.ts';
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
   * that is stored again changes no row. Returns the ids that were not stored before. `nextInHand` also notes what is
   * worked on next, as `LeaseStore.renew` would.
   * @throws LeaseLostError; RowRefusedError when one of them cannot be held, and then none is stored
   */
  store(
    lease: Lease,
    generation: number,
    messages: MessageRow[],
    nextInHand?: readonly string[],
  ): Promise<string[]>;
  /** Makes a stored message carry exactly these labels: Gmail's word, read anew. @throws LeaseLostError */
  setLabels(lease: Lease, gmailId: string, labelIds: string[], historyId: string): Promise<void>;
  /** The newest message that is stored. */
  newestId(mailboxId: string): Promise<string | undefined>;
}

export function messageStore(pool: Pool): MessageStore {
  return {
    async store(lease, generation, messages, nextInHand) {
      if (messages.length === 0) return [];
      try {
        return await fenced(pool, lease, (client) =>
          storeMessages(client, lease.mailboxId, generation, messages, nextInHand ?? null),
        );
      } catch (error) {
        throw asRefused(error);
      }
    },

    setLabels: (lease, gmailId, labelIds, historyId) =>
      fenced(pool, lease, async (client) => {
        await client.query(
          `UPDATE emails SET label_ids = $3, history_id = greatest(history_id, $4::numeric), updated_at = now()
           WHERE mailbox_id = $1 AND gmail_id = $2 AND deleted_at IS NULL`,
          [lease.mailboxId, gmailId, labelIds, historyId],
        );
        await labelsMoved(client, [lease.mailboxId]);
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
