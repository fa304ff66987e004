import type { Pool, PoolClient } from 'pg';
import { addCounts, fenced } from './fenced.ts';
import { addPending } from './ledger.ts';
import type { Listed } from './ledger.ts';
import type { Lease } from './leases.ts';
import { recordEvent } from './webhook-events.ts';

/** What one page of Gmail's history says, in its order. `historyId` is the record's own. */
export type HistoryChange =
  | ({ kind: 'added'; historyId: string } & Listed)
  | { kind: 'deleted'; historyId: string; gmailId: string }
  | { kind: 'labels'; historyId: string; gmailId: string; added: string[]; removed: string[] };

export interface Applied {
  changed: string[];
  gone: string[];
  added: number;
}

export interface HistoryStore {
  /**
   * Applies changes and moves the mailbox's history id to `historyId`, in one transaction and never
   * backwards. Applied twice, or in part again, it ends the same: a change is skipped by a row whose
   * copy already includes it. Additions become pending messages, before all older ones.
   * @throws LeaseLostError
   */
  apply(lease: Lease, generation: number, changes: HistoryChange[], historyId: string): Promise<Applied>;
  /** The listing is complete and nothing is pending: the mailbox is live. Also tombstones what a complete reconcile did not list. */
  finishGeneration(lease: Lease, generation: number): Promise<{ gone: string[] }>;
}

export function historyStore(pool: Pool): HistoryStore {
  return {
    apply: (lease, generation, changes, historyId) =>
      fenced(pool, lease, async (client) => {
        const applied = await applyChanges(client, lease.mailboxId, generation, changes);
        await client.query(
          'UPDATE mailboxes SET history_id = greatest(history_id, $2::numeric) WHERE id = $1',
          [lease.mailboxId, historyId],
        );
        await recordEvent(client, lease.mailboxId, 'message-changed', applied.changed);
        await recordEvent(client, lease.mailboxId, 'message-gone', applied.gone);
        return applied;
      }),

    finishGeneration: (lease, generation) =>
      fenced(pool, lease, async (client) => {
        const { rows } = await client.query<{ gmail_id: string }>(
          `UPDATE emails SET deleted_at = now(), updated_at = now()
           WHERE mailbox_id = $1 AND generation < $2 AND deleted_at IS NULL RETURNING gmail_id`,
          [lease.mailboxId, generation],
        );
        await addCounts(client, lease.mailboxId, { stored: -rows.length, gone: rows.length });
        await forgetUnlisted(client, lease.mailboxId, generation);
        await client.query(
          'UPDATE sync_generations SET completed_at = now() WHERE mailbox_id = $1 AND generation = $2',
          [lease.mailboxId, generation],
        );
        await client.query(`UPDATE mailboxes SET state = 'live' WHERE id = $1`, [lease.mailboxId]);
        const gone = rows.map((row) => row.gmail_id);
        await recordEvent(client, lease.mailboxId, 'message-gone', gone);
        return { gone };
      }),
  };
}

async function applyChanges(
  client: PoolClient,
  mailboxId: string,
  generation: number,
  changes: HistoryChange[],
): Promise<Applied> {
  // A message that came and went within the page is counted too: listed, then gone.
  const added = changes.filter((change) => change.kind === 'added');
  const deleted = changes.filter((change) => change.kind === 'deleted');

  // Milliseconds lie far above the positions of a listing, which are negative: new mail comes first.
  const addedCount = await addPending(client, mailboxId, generation, added, Date.now());
  const labels = changes.filter((change) => change.kind === 'labels');
  const changed = await applyLabels(client, mailboxId, labels);
  await noteMembers(client, mailboxId, labels);
  const gone = await bury(client, mailboxId, deleted);
  return { added: addedCount, changed, gone };
}

/** What failed before and is no longer listed has gone; nothing is pending when a generation ends. */
async function forgetUnlisted(client: PoolClient, mailboxId: string, generation: number): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE listed_messages SET state = 'gone', reason = 'not-listed', updated_at = now()
     WHERE mailbox_id = $1 AND generation < $2 AND state = 'failed'`,
    [mailboxId, generation],
  );
  await addCounts(client, mailboxId, { failed: -(rowCount ?? 0), gone: rowCount ?? 0 });
}

/** One statement a record, in order, would cost a round trip each: records of one message are folded first. */
async function applyLabels(
  client: PoolClient,
  mailboxId: string,
  changes: Extract<HistoryChange, { kind: 'labels' }>[],
): Promise<string[]> {
  if (changes.length === 0) return [];
  const { rows } = await client.query<{ gmail_id: string; history_id: string; label_ids: string[] }>(
    `SELECT gmail_id, history_id, label_ids FROM emails
     WHERE mailbox_id = $1 AND gmail_id = ANY($2) AND deleted_at IS NULL FOR UPDATE`,
    [mailboxId, [...new Set(changes.map(({ gmailId }) => gmailId))]],
  );
  const stored = new Map(
    rows.map((row) => [
      row.gmail_id,
      { at: BigInt(row.history_id), labels: new Set(row.label_ids), touched: false },
    ]),
  );
  for (const { gmailId, historyId, added, removed } of changes) {
    const message = stored.get(gmailId);
    if (!message || BigInt(historyId) <= message.at) continue;
    for (const label of added) message.labels.add(label);
    for (const label of removed) message.labels.delete(label);
    message.at = BigInt(historyId);
    message.touched = true;
  }
  const touched = [...stored].filter(([, message]) => message.touched);
  if (touched.length === 0) return [];
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
  return touched.map(([gmailId]) => gmailId);
}

/** A label that a reconcile is reading over several slices: its members so far change with the history. */
async function noteMembers(
  client: PoolClient,
  mailboxId: string,
  changes: Extract<HistoryChange, { kind: 'labels' }>[],
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

async function bury(
  client: PoolClient,
  mailboxId: string,
  deleted: { gmailId: string; historyId: string }[],
): Promise<string[]> {
  if (deleted.length === 0) return [];
  const ids = deleted.map(({ gmailId }) => gmailId);
  const { rows: stored } = await client.query<{ gmail_id: string }>(
    `UPDATE emails SET deleted_at = now(), updated_at = now()
     WHERE mailbox_id = $1 AND gmail_id = ANY($2) AND deleted_at IS NULL RETURNING gmail_id`,
    [mailboxId, ids],
  );
  const { rows: ledger } = await client.query<{ before: string }>(
    `UPDATE listed_messages l SET state = 'gone', reason = 'deleted', updated_at = now()
     FROM (SELECT gmail_id, state FROM listed_messages WHERE mailbox_id = $1 AND gmail_id = ANY($2)) old
     WHERE l.mailbox_id = $1 AND l.gmail_id = old.gmail_id AND l.state <> 'gone' RETURNING old.state AS before`,
    [mailboxId, ids],
  );
  const fromFailed = ledger.filter(({ before }) => before === 'failed').length;
  await addCounts(client, mailboxId, {
    stored: -stored.length,
    gone: stored.length + ledger.length,
    failed: -fromFailed,
    pending: -(ledger.length - fromFailed),
  });
  return stored.map((row) => row.gmail_id);
}
