import type { Pool } from 'pg';
import type { MessageRow } from './messages.ts';
import { recordEvent } from './webhook-events.ts';

export interface ContentStore {
  /** Whose message still lacks its content; undefined when it is here, or the message or the access to it is gone. */
  findMissing(
    mailboxId: string,
    gmailId: string,
  ): Promise<{ userId: string; googleSubject: string } | undefined>;
  /**
   * Stores a content beside its message. It needs no lease: the content of a Gmail message never changes, so the
   * first copy is as good as any. False when it was here already or the message has gone.
   */
  store(mailboxId: string, gmailId: string, content: NonNullable<MessageRow['content']>): Promise<boolean>;
}

export function contentStore(pool: Pool): ContentStore {
  return {
    async findMissing(mailboxId, gmailId) {
      const { rows } = await pool.query<{ userId: string; googleSubject: string }>(
        `SELECT m.user_id AS "userId", m.google_subject AS "googleSubject"
         FROM mailboxes m JOIN emails e ON e.mailbox_id = m.id AND e.gmail_id = $2 AND e.deleted_at IS NULL
         WHERE m.id = $1 AND m.state <> 'reauth' AND m.google_subject NOT LIKE 'erased:%'
           AND NOT EXISTS (SELECT 1 FROM contents c WHERE c.mailbox_id = $1 AND c.gmail_id = $2)`,
        [mailboxId, gmailId],
      );
      return rows[0];
    },

    async store(mailboxId, gmailId, { text, html, attachments, flaws }) {
      const { rowCount } = await pool.query(
        `WITH stored AS (
           INSERT INTO contents (mailbox_id, gmail_id, text, html, attachments, flaws)
           SELECT mailbox_id, gmail_id, $3, $4, $5, $6 FROM emails
           WHERE mailbox_id = $1 AND gmail_id = $2 AND deleted_at IS NULL
           ON CONFLICT DO NOTHING RETURNING mailbox_id, gmail_id)
         UPDATE emails e SET has_attachments = $7, updated_at = now() FROM stored
         WHERE e.mailbox_id = stored.mailbox_id AND e.gmail_id = stored.gmail_id`,
        [
          mailboxId,
          gmailId,
          text,
          html,
          JSON.stringify(attachments),
          flaws,
          attachments.some(({ inline }) => !inline),
        ],
      );
      if (rowCount === 1) await recordEvent(pool, mailboxId, 'message-changed', [gmailId]);
      return rowCount === 1;
    },
  };
}
