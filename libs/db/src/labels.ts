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
  };
}
