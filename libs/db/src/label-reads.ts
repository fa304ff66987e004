import type { PoolClient } from 'pg';
import { createLabelCounts } from './label-counts.ts';
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
  const counts = createLabelCounts(reader);
  return {
    async list(userId, mailboxId) {
      const { rows: mailboxes } = await reader.query<{ id: string; version: string; labels: LabelName[] }>(
        `SELECT id, labels_version AS version, coalesce((
           SELECT jsonb_agg(jsonb_build_object('gmailId', gmail_id, 'name', name, 'type', type) ORDER BY type, name)
           FROM labels WHERE mailbox_id = m.id), '[]') AS labels
         FROM mailboxes m
         WHERE user_id = $1 AND ($2::text IS NULL OR id = $2) AND google_subject NOT LIKE 'erased:%' ORDER BY id`,
        [userId, mailboxId ?? null],
      );
      const views = mailboxes.map(async ({ id, version, labels }) => {
        const counted = await counts.of(id, Number(version));
        return labels.map((label) => ({
          ...{ mailboxId: id, ...label },
          ...(counted.get(label.gmailId) ?? { total: 0, unread: 0 }),
        }));
      });
      return (await Promise.all(views)).flat();
    },
  };
}

type LabelName = Pick<LabelView, 'gmailId' | 'name' | 'type'>;

/** To be called in the transaction that changes labels of messages, or which messages there are. */
export async function labelsMoved(client: PoolClient, mailboxIds: string[]): Promise<void> {
  await client.query('UPDATE mailboxes SET labels_version = labels_version + 1 WHERE id = ANY($1)', [
    mailboxIds,
  ]);
}
