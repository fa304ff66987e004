import type { Pool, PoolClient } from 'pg';
import { addCounts, fenced } from './fenced.ts';
import { applyLabels, noteMembers } from './label-changes.ts';
import type { LabelsChange } from './label-changes.ts';
import { isInScope } from './label-scope.ts';
import type { LabelScope } from './label-scope.ts';
import { addPending, digUp } from './ledger.ts';
import type { Listed } from './ledger.ts';
import type { Lease } from './leases.ts';
import { recordEvent } from './webhook-events.ts';

/**
 * What one page of Gmail's history says, in its order. `historyId` is the record's own, `labelIds` all that the message
 * carries now, where Gmail says so.
 */
export type HistoryChange =
  | ({ kind: 'added'; historyId: string; labelIds?: string[] | undefined } & Listed)
  | { kind: 'deleted'; historyId: string; gmailId: string }
  | {
      kind: 'labels';
      historyId: string;
      gmailId: string;
      threadId?: string;
      labelIds?: string[] | undefined;
      added: string[];
      removed: string[];
    };

export interface Applied {
  changed: string[];
  gone: string[];
  added: number;
}

export interface HistoryStore {
  /**
   * Applies changes and moves the mailbox's history id to `historyId`, in one transaction and never
   * backwards. Applied twice, or in part again, it ends the same: a change is skipped by a row whose
   * copy already includes it. Additions become pending messages, before all older ones. With a `scope`, what leaves it
   * is gone and what comes into it is pending.
   * @throws LeaseLostError
   */
  apply(
    lease: Lease,
    generation: number,
    changes: HistoryChange[],
    historyId: string,
    scope?: LabelScope,
  ): Promise<Applied>;
  /**
   * The listing is complete and nothing is pending: the mailbox is live. Also tombstones what a complete reconcile did
   * not list, as far back as it listed.
   */
  finishGeneration(lease: Lease, generation: number): Promise<{ gone: string[] }>;
}

export function historyStore(pool: Pool): HistoryStore {
  return {
    apply: (lease, generation, changes, historyId, scope) =>
      fenced(pool, lease, async (client) => {
        const applied = await applyChanges(client, lease.mailboxId, generation, changes, scope);
        await client.query(
          `UPDATE mailboxes SET history_id = greatest(history_id, $2::numeric), lost_histories = 0,
             labels_version = labels_version + $3 WHERE id = $1`,
          [lease.mailboxId, historyId, applied.changed.length + applied.gone.length],
        );
        await recordEvent(client, lease.mailboxId, 'message-changed', applied.changed);
        await recordEvent(client, lease.mailboxId, 'message-gone', applied.gone);
        return applied;
      }),

    finishGeneration: (lease, generation) =>
      fenced(pool, lease, async (client) => {
        const { rows } = await client.query<{ gmail_id: string }>(
          `UPDATE emails SET deleted_at = now(), updated_at = now()
           WHERE mailbox_id = $1 AND generation < $2 AND deleted_at IS NULL
             AND received_at >= coalesce((SELECT listed_from FROM sync_generations g
                                          WHERE g.mailbox_id = $1 AND g.generation = $2), '-infinity')
           RETURNING gmail_id`,
          [lease.mailboxId, generation],
        );
        await addCounts(client, lease.mailboxId, { stored: -rows.length, gone: rows.length });
        await forgetUnlisted(client, lease.mailboxId, generation);
        await client.query(
          'UPDATE sync_generations SET completed_at = now() WHERE mailbox_id = $1 AND generation = $2',
          [lease.mailboxId, generation],
        );
        await client.query(
          `UPDATE mailboxes SET state = 'live', labels_version = labels_version + $2 WHERE id = $1`,
          [lease.mailboxId, rows.length],
        );
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
  scope: LabelScope | undefined,
): Promise<Applied> {
  const isWanted = ({ labelIds }: { labelIds?: string[] | undefined }) =>
    !scope || !labelIds || isInScope(labelIds, scope);
  // A message that came and went within the page is counted too: listed, then gone.
  const added = changes.filter((change) => change.kind === 'added').filter(isWanted);
  const deleted = changes.filter((change) => change.kind === 'deleted');

  // Milliseconds lie far above the positions of a listing, which are negative: new mail comes first.
  const addedCount = await addPending(client, mailboxId, generation, added, Date.now());
  const labels = changes.filter((change) => change.kind === 'labels');
  const { changed, left } = await applyLabels(client, mailboxId, labels, scope);
  await noteMembers(client, mailboxId, labels);
  const came = scope ? await takeIn(client, mailboxId, generation, labels.filter(isWanted)) : 0;
  const gone = await bury(client, mailboxId, [...left, ...deleted.map(({ gmailId }) => gmailId)]);
  return { added: addedCount + came, changed, gone };
}

/** Their labels may have brought them into the scope: what is not here is fetched, and then it is known. */
async function takeIn(
  client: PoolClient,
  mailboxId: string,
  generation: number,
  changes: LabelsChange[],
): Promise<number> {
  const { rows } = await client.query<Listed>(
    `SELECT DISTINCT t.gmail_id AS "gmailId", t.thread_id AS "threadId"
     FROM unnest($2::text[], $3::text[]) AS t(gmail_id, thread_id)
     WHERE t.thread_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM emails e
                       WHERE e.mailbox_id = $1 AND e.gmail_id = t.gmail_id AND e.deleted_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM listed_messages l
                       WHERE l.mailbox_id = $1 AND l.gmail_id = t.gmail_id AND l.state <> 'gone')`,
    [mailboxId, changes.map(({ gmailId }) => gmailId), changes.map(({ threadId }) => threadId ?? null)],
  );
  await digUp(client, mailboxId, rows);
  return addPending(client, mailboxId, generation, rows, Date.now());
}

/** What failed before and is no longer listed has gone, if all was listed; nothing is pending when a generation ends. */
async function forgetUnlisted(client: PoolClient, mailboxId: string, generation: number): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE listed_messages SET state = 'gone', reason = 'not-listed', updated_at = now()
     WHERE mailbox_id = $1 AND generation < $2 AND state = 'failed'
       AND NOT EXISTS (SELECT 1 FROM sync_generations g
                       WHERE g.mailbox_id = $1 AND g.generation = $2 AND g.listed_from IS NOT NULL)`,
    [mailboxId, generation],
  );
  await addCounts(client, mailboxId, { failed: -(rowCount ?? 0), gone: rowCount ?? 0 });
}

async function bury(client: PoolClient, mailboxId: string, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
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
