import type { Pool, PoolClient } from 'pg';
import { fenced } from './fenced.ts';
import type { Lease } from './leases.ts';
import { labelsMoved } from './label-reads.ts';
import { recordEvent } from './webhook-events.ts';

export interface LabelRow {
  gmailId: string;
  name: string;
  type: 'system' | 'user';
}

export interface MemberPage {
  labelId: string;
  gmailIds: string[];
  nextPageToken: string | null;
}

export interface LabelStore {
  /** Makes the mailbox's labels these and no others. @throws LeaseLostError */
  replace(lease: Lease, labels: LabelRow[]): Promise<void>;
  /** The ids of labels, given by name (in any case) or id; unknown ones are left out. */
  idsOf(mailboxId: string, names: readonly string[]): Promise<string[]>;
  /** The labels that a reconcile has not read yet. */
  unread(mailboxId: string, generation: number): Promise<string[]>;
  /** The label that is being read, and its next page. */
  place(mailboxId: string, generation: number): Promise<{ labelId: string; pageToken: string } | undefined>;
  /**
   * Notes a page of a label's members and the place of the next one. With the last page exactly these
   * messages carry the label, at no fetch. Returns the ids that changed. What history says of the label
   * meanwhile is noted as well (`history.apply`). @throws LeaseLostError
   */
  recordMembers(lease: Lease, generation: number, page: MemberPage): Promise<string[]>;
  /** Gmail no longer takes the page token: the label is read from its first page. @throws LeaseLostError */
  restartMembers(lease: Lease, generation: number): Promise<void>;
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

    async idsOf(mailboxId, names) {
      const { rows } = await pool.query<{ gmail_id: string }>(
        `SELECT gmail_id FROM labels
         WHERE mailbox_id = $1 AND (lower(name) = ANY($2) OR lower(gmail_id) = ANY($2)) ORDER BY 1`,
        [mailboxId, names.map((name) => name.toLowerCase())],
      );
      return rows.map((row) => row.gmail_id);
    },

    async unread(mailboxId, generation) {
      const { rows } = await pool.query<{ gmail_id: string }>(
        `SELECT l.gmail_id FROM labels l JOIN sync_generations g ON g.mailbox_id = l.mailbox_id AND g.generation = $2
         WHERE l.mailbox_id = $1 AND NOT l.gmail_id = ANY(g.relabelled) ORDER BY 1`,
        [mailboxId, generation],
      );
      return rows.map((row) => row.gmail_id);
    },

    async place(mailboxId, generation) {
      const { rows } = await pool.query<{ labelId: string; pageToken: string }>(
        `SELECT label_id AS "labelId", label_page_token AS "pageToken" FROM sync_generations
         WHERE mailbox_id = $1 AND generation = $2 AND label_page_token IS NOT NULL`,
        [mailboxId, generation],
      );
      return rows[0];
    },

    recordMembers: (lease, generation, page) =>
      fenced(pool, lease, async (client) => {
        await client.query(
          `INSERT INTO label_members (mailbox_id, label_id, gmail_id) SELECT $1, $2, unnest($3::text[])
           ON CONFLICT DO NOTHING`,
          [lease.mailboxId, page.labelId, page.gmailIds],
        );
        await setPlace(client, lease, generation, page);
        return page.nextPageToken === null ? setMembers(client, lease, generation, page.labelId) : [];
      }),

    restartMembers: (lease, generation) =>
      fenced(pool, lease, async (client) => {
        await client.query('DELETE FROM label_members WHERE mailbox_id = $1', [lease.mailboxId]);
        await setPlace(client, lease, generation, { labelId: null, nextPageToken: null });
      }),
  };
}

async function setPlace(
  client: PoolClient,
  lease: Lease,
  generation: number,
  { labelId, nextPageToken }: { labelId: string | null; nextPageToken: string | null },
): Promise<void> {
  await client.query(
    `UPDATE sync_generations SET label_id = $3, label_page_token = $4 WHERE mailbox_id = $1 AND generation = $2`,
    [lease.mailboxId, generation, nextPageToken === null ? null : labelId, nextPageToken],
  );
}

async function setMembers(
  client: PoolClient,
  { mailboxId }: Lease,
  generation: number,
  labelId: string,
): Promise<string[]> {
  const { rows } = await client.query<{ gmail_id: string }>(
    `UPDATE emails e SET updated_at = now(), label_ids = CASE WHEN $2 = ANY(label_ids)
       THEN array_remove(label_ids, $2) ELSE array_append(label_ids, $2) END
     WHERE mailbox_id = $1 AND deleted_at IS NULL
       AND ($2 = ANY(label_ids)) <> EXISTS (SELECT 1 FROM label_members l
         WHERE l.mailbox_id = $1 AND l.label_id = $2 AND l.gmail_id = e.gmail_id)
     RETURNING gmail_id`,
    [mailboxId, labelId],
  );
  await client.query('DELETE FROM label_members WHERE mailbox_id = $1 AND label_id = $2', [
    mailboxId,
    labelId,
  ]);
  await client.query(
    `UPDATE sync_generations SET relabelled = array_append(relabelled, $3)
     WHERE mailbox_id = $1 AND generation = $2 AND NOT $3 = ANY(relabelled)`,
    [mailboxId, generation, labelId],
  );
  const changed = rows.map((row) => row.gmail_id);
  if (changed.length > 0) await labelsMoved(client, [mailboxId]);
  await recordEvent(client, mailboxId, 'message-changed', changed);
  return changed;
}
