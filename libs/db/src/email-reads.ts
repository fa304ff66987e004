import { emailListSql } from './email-list-sql.ts';
import type { EmailFilter, EmailPosition } from './email-list-sql.ts';
import type { MessageKey } from './ids.ts';
import type { Address, StoredAttachment } from './messages.ts';
import type { Reader } from './read-replica.ts';

export interface EmailEnvelope {
  mailboxId: string;
  gmailId: string;
  threadId: string;
  receivedAt: Date;
  subject: string;
  fromName: string;
  fromAddress: string;
  recipients: { to?: Address[]; cc?: Address[]; bcc?: Address[]; replyTo?: Address[] };
  messageId: string | null;
  labelIds: string[];
  size: number;
  snippet: string;
  hasAttachments: boolean;
}

export interface EmailWithContent extends EmailEnvelope {
  /** Null while it is not fetched. The HTML is as it came: it must be sanitised before anyone sees it. */
  content: {
    text: string | null;
    html: string | null;
    attachments: StoredAttachment[];
    flaws: string[];
    /** Fetched for a reader and kept for a while; false: the sync's, kept as long as the message. */
    isKeptForAWhile: boolean;
  } | null;
}

/** Everything here is scoped by the user: what is another's does not exist. */
export interface EmailReads {
  /** Newest first, over all mailboxes of the user unless the filter names one; starts below `after`. */
  list(
    userId: string,
    page: { filter: EmailFilter; after?: EmailPosition; limit: number },
  ): Promise<EmailEnvelope[]>;
  find(userId: string, key: MessageKey): Promise<EmailWithContent | undefined>;
  /** The messages of a thread, oldest first; empty when there is none. `gmailId` is the thread's. */
  listThread(userId: string, key: MessageKey): Promise<EmailEnvelope[]>;
}

/** Gmail itself splits threads of more than a hundred messages. */
const maxThreadMessages = 200;

const columns = `e.mailbox_id AS "mailboxId", e.gmail_id AS "gmailId", e.thread_id AS "threadId",
  e.received_at AS "receivedAt", e.subject, e.from_name AS "fromName", e.from_address AS "fromAddress", e.recipients,
  e.message_id AS "messageId", e.label_ids AS "labelIds", e.size, e.snippet, e.has_attachments AS "hasAttachments"`;
const ownMailbox = `JOIN mailboxes m ON m.id = e.mailbox_id AND m.user_id = $1 AND m.google_subject NOT LIKE 'erased:%'`;

export function emailReads(reader: Reader): EmailReads {
  async function mailboxesOf(userId: string, mailboxId?: string): Promise<string[]> {
    const { rows } = await reader.query<{ id: string }>(
      `SELECT id FROM mailboxes WHERE user_id = $1 AND google_subject NOT LIKE 'erased:%'`,
      [userId],
    );
    const ids = rows.map(({ id }) => id);
    return mailboxId === undefined ? ids : ids.filter((id) => id === mailboxId);
  }

  return {
    async list(userId, page) {
      const [first, ...others] = await mailboxesOf(userId, page.filter.mailboxId);
      if (first === undefined) return [];
      const { sql, values } = emailListSql([first, ...others], columns, page);
      const { rows } = await reader.query<EmailEnvelope>(sql, values);
      return rows;
    },

    async find(userId, { mailboxId, gmailId }) {
      const { rows } = await reader.query<EmailWithContent>(
        `SELECT ${columns}, CASE WHEN c.gmail_id IS NOT NULL THEN jsonb_build_object('text', c.text, 'html', c.html,
           'attachments', c.attachments, 'flaws', c.flaws, 'isKeptForAWhile', c.kept_until IS NOT NULL) END AS content
         FROM emails e ${ownMailbox}
         LEFT JOIN contents c ON c.mailbox_id = e.mailbox_id AND c.gmail_id = e.gmail_id
         WHERE e.mailbox_id = $2 AND e.gmail_id = $3 AND e.deleted_at IS NULL`,
        [userId, mailboxId, gmailId],
      );
      return rows[0];
    },

    async listThread(userId, { mailboxId, gmailId }) {
      const { rows } = await reader.query<EmailEnvelope>(
        `SELECT ${columns} FROM emails e ${ownMailbox}
         WHERE e.mailbox_id = $2 AND e.thread_id = $3 AND e.deleted_at IS NULL
         ORDER BY e.received_at, e.gmail_id LIMIT ${maxThreadMessages}`,
        [userId, mailboxId, gmailId],
      );
      return rows;
    },
  };
}
