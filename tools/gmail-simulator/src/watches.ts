// Gmail's notifications: who is watched, and what is published when a mailbox changes.
import type { Change } from './mailbox/change-log.ts';
import type { Journal, Watch } from './mailbox/journal.ts';
import type { Mailbox } from './mailbox/mailbox.ts';
import type { PubSub } from './pubsub.ts';

export type Watches = ReturnType<typeof createWatches>;

// A watch ends after seven days, and one user's notifications come at most once a second; those above
// that rate are dropped, not delayed: https://developers.google.com/workspace/gmail/api/guides/push
const watchMs = 7 * 24 * 3_600_000;
const shortestGapMs = 1_000;

interface Watching extends Watch {
  lastAt: number;
  unsubscribe: () => void;
}

export interface WatchesNeeds {
  pubsub: Pick<PubSub, 'publish'>;
  accounts: ReadonlyMap<string, Mailbox>;
  journal: Journal;
}

export function createWatches({ pubsub, accounts, journal }: WatchesNeeds) {
  const watching = new Map<Mailbox, Watching>();

  function notify(mailbox: Mailbox, watch: Watching): void {
    watch.lastAt = Date.now();
    const { emailAddress } = mailbox;
    pubsub.publish(watch.topic, { emailAddress, historyId: String(mailbox.log.newestId()) });
  }

  function changed(mailbox: Mailbox, watch: Watching, change: Change): void {
    const now = Date.now();
    if (now > watch.expiresAt || now - watch.lastAt < shortestGapMs) return;
    if (concerns(watch, mailbox, change)) notify(mailbox, watch);
  }

  function begin(mailbox: Mailbox, watch: Watch): Watching {
    end(mailbox);
    const begun: Watching = { ...watch, lastAt: 0, unsubscribe: () => undefined };
    begun.unsubscribe = mailbox.log.subscribe((change) => changed(mailbox, begun, change));
    watching.set(mailbox, begun);
    return begun;
  }

  function end(mailbox: Mailbox): void {
    watching.get(mailbox)?.unsubscribe();
    watching.delete(mailbox);
  }

  for (const entry of journal.entries) {
    const mailbox = entry.type === 'watched' ? accounts.get(entry.email) : undefined;
    if (!mailbox || entry.type !== 'watched') continue;
    if (entry.watch) begin(mailbox, entry.watch);
    else end(mailbox);
  }

  return {
    stop(mailbox: Mailbox): void {
      end(mailbox);
      journal.append({ type: 'watched', email: mailbox.emailAddress, watch: null });
    },
    /** Replaces the mailbox's watch, and notifies once at once. */
    start(mailbox: Mailbox, wanted: Omit<Watch, 'expiresAt'>): { historyId: string; expiresAt: number } {
      const watch = { ...wanted, expiresAt: Date.now() + watchMs };
      journal.append({ type: 'watched', email: mailbox.emailAddress, watch });
      notify(mailbox, begin(mailbox, watch));
      return { historyId: String(mailbox.log.newestId()), expiresAt: watch.expiresAt };
    },
  };
}

function concerns({ labelIds, excludes }: Watch, mailbox: Mailbox, change: Change): boolean {
  if (labelIds.length === 0) return true;
  const labels = new Set([...(mailbox.messages.get(change.messageId)?.labelIds ?? []), ...change.labelIds]);
  const isNamed = labelIds.some((label) => labels.has(label));
  return excludes ? !isNamed : isNamed;
}
