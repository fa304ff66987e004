// What a page of Gmail's history does to the labels of what is stored.
import type { PoolClient } from 'pg';
import type { HistoryChange } from './history.ts';
import { isInScope } from './label-scope.ts';
import type { LabelScope } from './label-scope.ts';

export type LabelsChange = Extract<HistoryChange, { kind: 'labels' }>;

interface Stored {
  at: bigint;
  before: readonly string[];
  labels: Set<string>;
  touched: boolean;
}

/**
 * One statement a record, in order, would cost a round trip each: records of one message are folded first. Gives the
 * ids whose labels are others now (our own changes come back as news, and are none), and those that left the scope.
 */
export async function applyLabels(
  client: PoolClient,
  mailboxId: string,
  changes: LabelsChange[],
  scope: LabelScope | undefined,
): Promise<{ changed: string[]; left: string[] }> {
  if (changes.length === 0) return { changed: [], left: [] };
  const stored = await storedLabels(client, mailboxId, changes);
  for (const { gmailId, historyId, added, removed } of changes) {
    const message = stored.get(gmailId);
    if (!message || BigInt(historyId) <= message.at) continue;
    for (const label of added) message.labels.add(label);
    for (const label of removed) message.labels.delete(label);
    message.at = BigInt(historyId);
    message.touched = true;
  }
  const touched = [...stored].filter(([, message]) => message.touched);
  await write(client, mailboxId, touched);
  const changed = touched.filter(([, { before, labels }]) => !isSame(before, labels)).map(([id]) => id);
  const isOut = ({ labels }: Stored) => scope !== undefined && !isInScope([...labels], scope);
  const left = touched.filter(([, message]) => isOut(message)).map(([id]) => id);
  return { changed: changed.filter((id) => !left.includes(id)), left };
}

async function storedLabels(
  client: PoolClient,
  mailboxId: string,
  changes: LabelsChange[],
): Promise<Map<string, Stored>> {
  const { rows } = await client.query<{ gmail_id: string; history_id: string; label_ids: string[] }>(
    `SELECT gmail_id, history_id, label_ids FROM emails
     WHERE mailbox_id = $1 AND gmail_id = ANY($2) AND deleted_at IS NULL FOR UPDATE`,
    [mailboxId, [...new Set(changes.map(({ gmailId }) => gmailId))]],
  );
  return new Map(
    rows.map(({ gmail_id, history_id, label_ids }) => [
      gmail_id,
      { at: BigInt(history_id), before: label_ids, labels: new Set(label_ids), touched: false },
    ]),
  );
}

async function write(client: PoolClient, mailboxId: string, touched: [string, Stored][]): Promise<void> {
  if (touched.length === 0) return;
  await client.query(
    `UPDATE emails e SET label_ids = ARRAY(SELECT jsonb_array_elements_text(t.labels)), history_id = t.history_id,
       updated_at = now()
     FROM unnest($2::text[], $3::jsonb[], $4::numeric[]) AS t(gmail_id, labels, history_id)
     WHERE e.mailbox_id = $1 AND e.gmail_id = t.gmail_id`,
    [
      mailboxId,
      touched.map(([gmailId]) => gmailId),
      touched.map(([, { labels }]) => JSON.stringify([...labels])),
      touched.map(([, { at }]) => String(at)),
    ],
  );
}

function isSame(before: readonly string[], labels: ReadonlySet<string>): boolean {
  return before.length === labels.size && before.every((label) => labels.has(label));
}

/** A label that a reconcile is reading over several slices: its members so far change with the history. */
export async function noteMembers(
  client: PoolClient,
  mailboxId: string,
  changes: LabelsChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const { rows } = await client.query<{ label_id: string }>(
    'SELECT label_id FROM sync_generations WHERE mailbox_id = $1 AND label_id IS NOT NULL AND completed_at IS NULL',
    [mailboxId],
  );
  const reading = rows[0]?.label_id;
  if (reading === undefined) return;
  const carries = new Map<string, boolean>();
  for (const { gmailId, added, removed } of changes) {
    if (added.includes(reading)) carries.set(gmailId, true);
    if (removed.includes(reading)) carries.set(gmailId, false);
  }
  const idsOf = (wanted: boolean) => [...carries].flatMap(([id, value]) => (value === wanted ? [id] : []));
  await client.query(
    `INSERT INTO label_members (mailbox_id, label_id, gmail_id) SELECT $1, $2, unnest($3::text[])
     ON CONFLICT DO NOTHING`,
    [mailboxId, reading, idsOf(true)],
  );
  await client.query(
    'DELETE FROM label_members WHERE mailbox_id = $1 AND label_id = $2 AND gmail_id = ANY($3)',
    [mailboxId, reading, idsOf(false)],
  );
}
