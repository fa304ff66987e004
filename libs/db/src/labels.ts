import type { Pool } from 'pg';
import { fenced } from './fenced.ts';
import type { Lease } from './leases.ts';

export interface LabelRow {
  gmailId: string;
  name: string;
  type: 'system' | 'user';
}

export interface LabelStore {
  /** Makes the mailbox's labels these and no others. @throws LeaseLostError */
  replace(lease: Lease, labels: LabelRow[]): Promise<void>;
  /** The labels that a reconcile has not read yet. */
  unread(mailboxId: string, generation: number): Promise<string[]>;
  /**
   * Makes exactly these messages carry a label, and notes that the reconcile has read it; costs no
   * fetch. Returns the ids that changed. @throws LeaseLostError
   */
  setMembers(lease: Lease, generation: number, labelId: string, gmailIds: string[]): Promise<string[]>;
}

export function labelStore(pool: Pool): LabelStore {
  return {
    replace: (lease, labels) =>
      fenced(pool, lease, async (client) => {
        await client.query('DELETE FROM labels WHERE mailbox_id = $1 AND NOT gmail_id = ANY($2)', [
          lease.mailboxId,
          labels.map(({ gmailId }) => gmailId),
        ]);
        await client.query(
          `INSERT INTO labels AS l (mailbox_id, gmail_id, name, type)
           SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[])
           ON CONFLICT (mailbox_id, gmail_id) DO UPDATE
           SET name = excluded.name, type = excluded.type, updated_at = now()
           WHERE (l.name, l.type) IS DISTINCT FROM (excluded.name, excluded.type)`,
          [
            lease.mailboxId,
            labels.map(({ gmailId }) => gmailId),
            labels.map(({ name }) => name),
            labels.map(({ type }) => type),
          ],
        );
      }),

    async unread(mailboxId, generation) {
      const { rows } = await pool.query<{ gmail_id: string }>(
        `SELECT l.gmail_id FROM labels l JOIN sync_generations g ON g.mailbox_id = l.mailbox_id AND g.generation = $2
         WHERE l.mailbox_id = $1 AND NOT l.gmail_id = ANY(g.relabelled) ORDER BY 1`,
        [mailboxId, generation],
      );
      return rows.map((row) => row.gmail_id);
    },

    setMembers: (lease, generation, labelId, gmailIds) =>
      fenced(pool, lease, async (client) => {
        const { rows } = await client.query<{ gmail_id: string }>(
          `UPDATE emails SET updated_at = now(), label_ids = CASE WHEN $2 = ANY(label_ids)
             THEN array_remove(label_ids, $2) ELSE array_append(label_ids, $2) END
           WHERE mailbox_id = $1 AND deleted_at IS NULL AND ($2 = ANY(label_ids)) <> (gmail_id = ANY($3))
           RETURNING gmail_id`,
          [lease.mailboxId, labelId, gmailIds],
        );
        await client.query(
          `UPDATE sync_generations SET relabelled = array_append(relabelled, $3)
           WHERE mailbox_id = $1 AND generation = $2 AND NOT $3 = ANY(relabelled)`,
          [lease.mailboxId, generation, labelId],
        );
        return rows.map((row) => row.gmail_id);
      }),
  };
}
