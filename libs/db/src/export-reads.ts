import type { Reader } from './read-replica.ts';

export interface ExportedRow {
  gmailId: string;
  threadId: string;
  receivedAt: Date;
  fromAddress: string;
  size: number;
  /** By name. */
  labels: string[];
  isUnread: boolean;
}

export interface ExportPlace {
  receivedAt: Date;
  gmailId: string;
}

export interface ExportReads {
  /** Where a message stands in the order of an export, also one that has gone; undefined for one never stored. */
  placeOf(mailboxId: string, gmailId: string): Promise<ExportPlace | undefined>;
  /** Messages that are stored, oldest first, from behind `after` on. */
  page(mailboxId: string, after: ExportPlace | undefined, limit: number): Promise<ExportedRow[]>;
  /** How many come behind `after`. */
  count(mailboxId: string, after: ExportPlace | undefined): Promise<number>;
}

const behind = '($2::timestamptz IS NULL OR (received_at, gmail_id) > ($2, $3))';

export function exportReads(reader: Reader): ExportReads {
  return {
    async placeOf(mailboxId, gmailId) {
      const { rows } = await reader.query<ExportPlace>(
        'SELECT received_at AS "receivedAt", gmail_id AS "gmailId" FROM emails WHERE mailbox_id = $1 AND gmail_id = $2',
        [mailboxId, gmailId],
      );
      return rows[0];
    },

    async page(mailboxId, after, limit) {
      const { rows } = await reader.query<ExportedRow>(
        `SELECT gmail_id AS "gmailId", thread_id AS "threadId", received_at AS "receivedAt",
           from_address AS "fromAddress", size, 'UNREAD' = ANY(label_ids) AS "isUnread",
           ARRAY(SELECT l.name FROM labels l WHERE l.mailbox_id = $1 AND l.gmail_id = ANY(e.label_ids) ORDER BY l.gmail_id COLLATE "C") AS labels
         FROM emails e WHERE mailbox_id = $1 AND deleted_at IS NULL AND ${behind}
         ORDER BY received_at, gmail_id LIMIT $4`,
        [mailboxId, after?.receivedAt ?? null, after?.gmailId ?? null, limit],
      );
      return rows;
    },

    async count(mailboxId, after) {
      const { rows } = await reader.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM emails WHERE mailbox_id = $1 AND deleted_at IS NULL AND ${behind}`,
        [mailboxId, after?.receivedAt ?? null, after?.gmailId ?? null],
      );
      return rows[0]?.count ?? 0;
    },
  };
}
