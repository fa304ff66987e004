import { setTimeout as wait } from 'node:timers/promises';
import type { Reader } from './read-replica.ts';

export interface LabelCount {
  total: number;
  unread: number;
}

export type CountsByLabel = ReadonlyMap<string, LabelCount>;

export interface LabelCounts {
  /** How many messages of a mailbox carry each label, at a version of its labels or a later one. */
  of(mailboxId: string, version: number): Promise<CountsByLabel>;
}

const maxMailboxes = 1_000;
/**
 * Counting reads every message of the mailbox. While they change all the time, as in a first sync, it takes about this
 * share of the time once a second of it is spent: then readers wait, a few tenths of a second for 100,000 messages.
 */
const busyShare = 0.2;
const creditMs = 1_000;
const longestWaitMs = 2_000;

/**
 * Counts are kept in this process until the version that the mailbox's row carries has moved. To keep them right in a
 * table instead, each message that is stored would cost some writes more.
 */
export function createLabelCounts(reader: Reader): LabelCounts {
  const kept = new Map<string, Held>();

  async function count(mailboxId: string, held: Held): Promise<void> {
    const debtMs = -held.creditMs / busyShare - (performance.now() - held.countedAt);
    await wait(Math.min(longestWaitMs, Math.max(0, debtMs)));
    const startedAt = performance.now();
    const found = await countOnce(reader, mailboxId);
    const now = performance.now();
    const earnedMs = (now - held.countedAt) * busyShare;
    held.creditMs = Math.min(creditMs, held.creditMs + earnedMs) - (now - startedAt);
    held.countedAt = now;
    Object.assign(held, found);
  }

  return {
    async of(mailboxId, version) {
      const held = kept.get(mailboxId) ?? neverCounted();
      kept.delete(mailboxId);
      kept.set(mailboxId, held);
      if (kept.size > maxMailboxes) kept.delete([...kept.keys()][0]!);
      // Who comes while it is counted shares it; whose change came after it began has it counted again. Not for ever: a
      // replica may lag behind the version.
      for (let i = 0; i < 2 && held.version < version; i++) {
        held.counting ??= count(mailboxId, held).finally(() => (held.counting = undefined));
        await held.counting;
      }
      return held.counts;
    },
  };
}

interface Held {
  version: number;
  counts: CountsByLabel;
  counting: Promise<void> | undefined;
  creditMs: number;
  countedAt: number;
}

const neverCounted = (): Held => ({
  version: -1,
  counts: new Map(),
  counting: undefined,
  creditMs,
  countedAt: performance.now(),
});

/** Messages are counted by the set of their labels first, of which there are few. */
async function countOnce(reader: Reader, mailboxId: string): Promise<Pick<Held, 'version' | 'counts'>> {
  const { rows } = await reader.query<LabelCount & { label: string | null; version: string }>(
    `WITH sets AS (
       SELECT label_ids, count(*)::int AS messages FROM emails
       WHERE mailbox_id = $1 AND deleted_at IS NULL GROUP BY label_ids),
     counts AS (
       SELECT label, sum(messages)::int AS total,
         coalesce(sum(messages) FILTER (WHERE 'UNREAD' = ANY(label_ids)), 0)::int AS unread
       FROM sets CROSS JOIN unnest(label_ids) AS label GROUP BY label)
     SELECT m.labels_version AS version, c.label, c.total, c.unread
     FROM mailboxes m LEFT JOIN counts c ON true WHERE m.id = $1`,
    [mailboxId],
  );
  const counted = rows.filter(({ label }) => label !== null);
  return {
    // A mailbox that is erased meanwhile has none, and no version to wait for.
    version: rows[0] ? Number(rows[0].version) : Infinity,
    counts: new Map(counted.map(({ label, total, unread }) => [label!, { total, unread }])),
  };
}
