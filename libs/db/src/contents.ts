import type { Pool } from 'pg';
import type { MessageRow } from './messages.ts';

export interface ContentStore {
  /** Whose message still lacks its content; undefined when it is here, or the message or the access to it is gone. */
  findMissing(
    mailboxId: string,
    gmailId: string,
  ): Promise<{ userId: string; googleSubject: string } | undefined>;
  /**
   * Stores a content beside its message. It needs no lease: the content of a Gmail message never changes, so the
   * first copy is as good as any. False when it was here already or the message has gone. `keptForMs`: null keeps it
   * as long as the message.
   */
  store(
    mailboxId: string,
    gmailId: string,
    content: Omit<NonNullable<MessageRow['content']>, 'flaws'> & { flaws: readonly string[] },
    keptForMs: number | null,
  ): Promise<boolean>;
  /** Content that is kept for a while is kept at least so much longer. */
  keep(mailboxId: string, gmailId: string, forMs: number): Promise<void>;
  /** Which messages without content a reader of this one will likely open next: its thread's, then the next older ones. */
  likelyNext(mailboxId: string, gmailId: string, limit: number): Promise<string[]>;
  /** Deletes what was kept long enough, at most a thousand a call. */
  prune(): Promise<number>;
}

const pruneLimit = 1_000;

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

    async store(mailboxId, gmailId, { text, html, attachments, flaws }, keptForMs) {
      const { rowCount } = await pool.query(
        `WITH stored AS (
           INSERT INTO contents (mailbox_id, gmail_id, text, html, attachments, flaws, kept_until)
           SELECT mailbox_id, gmail_id, $3, $4, $5, $6, now() + $8::float8 * interval '1 millisecond' FROM emails
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
          keptForMs,
        ],
      );
      return rowCount === 1;
    },

    async keep(mailboxId, gmailId, forMs) {
      // Whoever opens a message again and again writes only now and then.
      await pool.query(
        `UPDATE contents SET kept_until = now() + $3::float8 * interval '1 millisecond'
         WHERE mailbox_id = $1 AND gmail_id = $2 AND kept_until < now() + $3::float8 * interval '0.5 millisecond'`,
        [mailboxId, gmailId, forMs],
      );
    },

    async likelyNext(mailboxId, gmailId, limit) {
      const { rows } = await pool.query<{ gmailId: string }>(
        `WITH opened AS (
           SELECT thread_id, received_at FROM emails WHERE mailbox_id = $1 AND gmail_id = $2),
         near AS (
           SELECT e.gmail_id, 0 AS rank, e.received_at FROM emails e, opened o
           WHERE e.mailbox_id = $1 AND e.thread_id = o.thread_id AND e.deleted_at IS NULL
           UNION ALL
           (SELECT e.gmail_id, 1, e.received_at FROM emails e, opened o
            WHERE e.mailbox_id = $1 AND e.received_at < o.received_at AND e.deleted_at IS NULL
            ORDER BY e.received_at DESC, e.gmail_id DESC LIMIT $3))
         SELECT gmail_id AS "gmailId" FROM near n
         WHERE gmail_id <> $2 AND NOT EXISTS (
           SELECT 1 FROM contents c WHERE c.mailbox_id = $1 AND c.gmail_id = n.gmail_id)
         GROUP BY gmail_id ORDER BY min(rank), max(received_at) DESC LIMIT $3`,
        [mailboxId, gmailId, limit],
      );
      return rows.map((row) => row.gmailId);
    },

    async prune() {
      const { rowCount } = await pool.query(
        `DELETE FROM contents c USING (
           SELECT mailbox_id, gmail_id FROM contents WHERE kept_until < now() LIMIT ${pruneLimit}) old
         WHERE c.mailbox_id = old.mailbox_id AND c.gmail_id = old.gmail_id AND c.kept_until < now()`,
      );
      return rowCount ?? 0;
    },
  };
}
