// Which messages are synced at all. A listing asks Gmail for them, and afterwards the history is held against the
// same: what comes into the horizon is fetched, what leaves it is gone. Age counts when a mailbox is listed: what was
// young enough once is kept.
import type { LabelScope } from '@finito/db';
import type { Slice, SliceNeeds } from './slice.ts';

export interface Horizon {
  /** 0: as far back as the mailbox goes. */
  days: number;
  /** Names of labels; none means all messages. */
  labels: readonly string[];
  spamTrash: boolean;
}

const dayMs = 24 * 3_600_000;

/** The same text for the same horizon: another one means that a mailbox is to be listed anew. */
export function horizonName({ days, labels, spamTrash }: Horizon): string {
  const names = labels.map((label) => label.toLowerCase()).sort();
  return JSON.stringify({ days, labels: names, spamTrash });
}

/** Nothing older is listed from now on; null for all. */
export function listedFrom({ days }: Horizon, now = Date.now()): Date | null {
  return days === 0 ? null : new Date(now - days * dayMs);
}

/** What is asked of `messages.list`. */
export function listQuery(
  { labels, spamTrash }: Horizon,
  from: string | null,
): { q?: string; includeSpamTrash: boolean } {
  const terms = [
    ...(from === null ? [] : [`after:${Math.floor(Date.parse(from) / 1_000)}`]),
    // Gmail's search takes a label by its name, with hyphens for what a word cannot hold; braces are "any of".
    ...(labels.length === 0 ? [] : [`{${labels.map((label) => `label:${searched(label)}`).join(' ')}}`]),
  ];
  return { ...(terms.length > 0 && { q: terms.join(' ') }), includeSpamTrash: spamTrash };
}

const searched = (label: string) => label.toLowerCase().replace(/[\s"(){}]+/g, '-');

/** `undefined` when labels decide nothing. */
export async function scopeOf(
  { db }: Pick<SliceNeeds, 'db'>,
  { lease: { mailboxId } }: Pick<Slice, 'lease'>,
  { labels, spamTrash }: Horizon,
): Promise<LabelScope | undefined> {
  if (labels.length === 0) return spamTrash ? undefined : { labelIds: null, spamTrash };
  return { labelIds: await db.labels.idsOf(mailboxId, labels), spamTrash };
}
