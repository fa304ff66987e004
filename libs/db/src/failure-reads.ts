import type { Pool } from 'pg';

export interface FailedMessage {
  mailboxId: string;
  gmailId: string;
  reason: string | null;
  attempts: number;
  failedAt: Date;
}

export interface FailureReads {
  /** Latest first; starts below `after`. */
  list(
    userId: string,
    page: {
      mailboxId?: string;
      after?: { failedAt: Date; mailboxId: string; gmailId: string };
      limit: number;
    },
  ): Promise<FailedMessage[]>;
}

export function failureReads(pool: Pool): FailureReads {
  return {
    async list(userId, { mailboxId, after, limit }) {
      const { rows } = await pool.query<FailedMessage>(
        `SELECT l.mailbox_id AS "mailboxId", l.gmail_id AS "gmailId", l.reason, l.attempts, l.updated_at AS "failedAt"
         FROM mailboxes m JOIN listed_messages l ON l.mailbox_id = m.id AND l.state = 'failed'
         WHERE m.user_id = $1 AND ($2::text IS NULL OR m.id = $2) AND m.google_subject NOT LIKE 'erased:%'
           AND ($3::timestamptz IS NULL OR (l.updated_at, l.mailbox_id, l.gmail_id) < ($3, $4, $5))
         ORDER BY l.updated_at DESC, l.mailbox_id DESC, l.gmail_id DESC LIMIT $6`,
        [
          userId,
          mailboxId ?? null,
          after?.failedAt ?? null,
          after?.mailboxId ?? null,
          after?.gmailId ?? null,
          limit,
        ],
      );
      return rows;
    },
  };
}
