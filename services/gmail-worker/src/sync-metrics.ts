import type { FleetState } from '@finito/db';
import type { AuditOutcome } from './audit-mailboxes.ts';
import type { makers } from './metrics.ts';

const daySeconds = 86_400;

/** What sync did, and how the mailboxes stand. */
export interface SyncMetrics {
  stored(messages: number): void;
  /** Of a live mailbox: from Gmail's date of a message to its row. */
  newMessageDelayed(seconds: number): void;
  settled(outcome: 'gone' | 'failed' | 'retry'): void;
  sliceEnded(reason: string): void;
  /** Changes of readers that Gmail was told, or that were given up. */
  pushed(kind: 'labels' | 'send', outcome: 'done' | 'failed', entries: number): void;
  /** By the id of the key that sealed them; `unknown` ones are sealed by keys that are not set. */
  sealedRows(byKey: ReadonlyMap<string, number>, unknown: number): void;
  webhookSent(outcome: 'delivered' | 'refused'): void;
  mailboxes(countByState: Record<string, number>): void;
  fleet(state: FleetState): void;
  unaccounted(messages: number): void;
  /** `drift`: messages more or less than Gmail has; absent when there was nothing to compare. */
  audited(outcome: AuditOutcome, drift?: number): void;
  /** When the first watch ends; null when there is none. */
  firstWatchEnds(at: Date | null): void;
}

export function syncMetrics(make: ReturnType<typeof makers>): SyncMetrics {
  return { ...workMetrics(make), ...mailboxMetrics(make), audited: auditMetrics(make) };
}

type MailboxMetrics = Pick<SyncMetrics, 'fleet' | 'mailboxes' | 'unaccounted' | 'firstWatchEnds'>;
type WorkMetrics = Omit<SyncMetrics, keyof MailboxMetrics | 'audited'>;

function workMetrics({ counter, gauge, histogram }: ReturnType<typeof makers>): WorkMetrics {
  const stored = counter('finito_sync_messages_stored_total', 'Messages stored that were not stored before.');
  const delay = histogram(
    'finito_sync_new_message_delay_seconds',
    'From Gmail’s date of a new message to its row.',
    [],
    [0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3_600],
  );
  const settled = counter('finito_sync_messages_settled_total', 'Messages not stored, by outcome.', [
    'outcome',
  ]);
  const slices = counter('finito_sync_slices_ended_total', 'Turns with a mailbox, by how they ended.', [
    'reason',
  ]);
  const pushed = counter(
    'finito_outbox_settled_total',
    'Changes of readers, by what became of them at Gmail.',
    ['kind', 'outcome'],
  );
  const sealed = gauge('finito_sealed_rows', 'Rows by the key that sealed their secrets.', ['key']);
  for (const outcome of ['gone', 'failed', 'retry']) settled.inc({ outcome }, 0);
  for (const kind of ['labels', 'send']) {
    for (const outcome of ['done', 'failed']) pushed.inc({ kind, outcome }, 0);
  }
  const webhooks = counter('finito_webhook_sends_total', 'Events sent to webhooks.', ['outcome']);
  return {
    stored: (messages) => stored.inc(messages),
    newMessageDelayed(seconds) {
      // Clocks differ a little; and mail that is imported keeps its old date.
      if (seconds < daySeconds) delay.observe(Math.max(0, seconds));
    },
    settled: (outcome) => settled.inc({ outcome }),
    sliceEnded: (reason) => slices.inc({ reason }),
    sealedRows(byKey, unknown) {
      for (const [key, count] of byKey) sealed.set({ key }, count);
      sealed.set({ key: 'unknown' }, unknown);
    },
    webhookSent: (outcome) => webhooks.inc({ outcome }),
    pushed: (kind, outcome, entries) => pushed.inc({ kind, outcome }, entries),
  };
}

function auditMetrics({ counter, gauge }: ReturnType<typeof makers>): SyncMetrics['audited'] {
  const audits = counter('finito_sync_audits_total', 'Mailboxes held against what Gmail has, by outcome.', [
    'outcome',
  ]);
  const drift = gauge(
    'finito_sync_drift_messages',
    'Messages more or less than Gmail has, of the mailbox that was audited last.',
  );
  for (const outcome of ['same', 'differs', 'behind', 'failed']) audits.inc({ outcome }, 0);
  return (outcome, messages) => {
    audits.inc({ outcome });
    if (messages !== undefined) drift.set(messages);
  };
}

function mailboxMetrics({ gauge }: ReturnType<typeof makers>): MailboxMetrics {
  const byState = gauge('finito_mailboxes', 'Mailboxes by state.', ['state']);
  const unaccounted = gauge(
    'finito_sync_unaccounted_messages',
    'Listed messages that are neither stored, gone, failed nor pending; must be 0.',
  );
  const watch = gauge(
    'finito_gmail_watch_left_seconds',
    'Until the first of Gmail’s watches ends; 0 when there is none.',
  );
  const lag = gauge(
    'finito_sync_lag_seconds',
    'Since live mailboxes were last brought in step: 0.5 and 0.95 of them, and all, are below it.',
    ['share'],
  );
  const pending = gauge('finito_sync_pending_messages', 'Listed messages that are still to be fetched.');
  const endsIn = gauge(
    'finito_sync_backfills_end_in_seconds',
    'Until the last backlog is fetched, as far as the quota lets that be foreseen.',
  );
  const failed = gauge('finito_sync_failed_messages', 'Listed messages that were given up.');
  const waiting = gauge('finito_mailboxes_waiting', 'Mailboxes that wait, by what for.', ['reason']);
  const outboxAge = gauge(
    'finito_outbox_oldest_age_seconds',
    'Age of the oldest change of a reader that Gmail was not told yet.',
  );
  return {
    fleet(state) {
      const { median, p95, max } = state.lagSeconds;
      lag.set({ share: '0.5' }, median);
      lag.set({ share: '0.95' }, p95);
      lag.set({ share: '1' }, max);
      pending.set(state.pending);
      endsIn.set(state.backfillsEndInSeconds);
      failed.set(state.failed);
      outboxAge.set(state.outboxAgeSeconds);
      for (const [reason, count] of Object.entries(state.waiting)) waiting.set({ reason }, count);
    },
    mailboxes(countByState) {
      for (const [state, count] of Object.entries(countByState)) byState.set({ state }, count);
    },
    unaccounted: (messages) => unaccounted.set(messages),
    firstWatchEnds: (at) => watch.set(at === null ? 0 : (at.getTime() - Date.now()) / 1_000),
  };
}
