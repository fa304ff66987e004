import type { Reader } from './read-replica.ts';

export interface LabelView {
  mailboxId: string;
  gmailId: string;
  name: string;
  type: 'system' | 'user';
  total: number;
  unread: number;
}

export interface LabelReads {
  /** The labels of a user's mailboxes, or of one, with how many messages carry each. */
  list(userId: string, mailboxId?: string): Promise<LabelView[]>;
}

export function labelReads(reader: Reader): LabelReads {
  return {
    async list(userId, mailboxId) {
      const { rows } = await reader.query<LabelView>(
        `WITH mine AS (
           SELECT id FROM mailboxes
           WHERE user_id = $1 AND ($2::text IS NULL OR id = $2) AND google_subject NOT LIKE 'erased:%'),
         counts AS (
           SELECT e.mailbox_id, label, count(*)::int AS total,
             (count(*) FILTER (WHERE 'UNREAD' = ANY(e.label_ids)))::int AS unread
           FROM mine JOIN emails e ON e.mailbox_id = mine.id AND e.deleted_at IS NULL
           CROSS JOIN unnest(e.label_ids) AS label GROUP BY 1, 2)
         SELECT l.mailbox_id AS "mailboxId", l.gmail_id AS "gmailId", l.name, l.type,
           coalesce(c.total, 0) AS total, coalesce(c.unread, 0) AS unread
         FROM mine JOIN labels l ON l.mailbox_id = mine.id
         LEFT JOIN counts c ON c.mailbox_id = l.mailbox_id AND c.label = l.gmail_id
         ORDER BY l.mailbox_id, l.type, l.name`,
        [userId, mailboxId ?? null],
      );
      return rows;
    },
  };
}
