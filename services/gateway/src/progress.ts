import type { Mailbox, MailboxProgress, SyncStatus } from '@finito/api';
import type { MailboxView } from '@finito/db';

/** Counts, pace and what is waited for, as the contract tells them. */
export function progressOf(view: MailboxView, now = Date.now()): MailboxProgress {
  const { state, listed, stored, gone, failed, pending } = view;
  const ratePerMinute = Math.round((view.recentlyStored / Math.max(1, view.recentSeconds)) * 600) / 10;
  const waiting = waitingOf(view, now);
  return {
    ...{ state, listed, stored, gone, failed, pending, ratePerMinute, waiting },
    etaSeconds: state === 'live' || listed > 0 ? etaOf(view, { ratePerMinute, waiting, now }) : null,
  };
}

/** The quota says how fast it can go; what is stored lately, whether it goes so fast. */
function etaOf(
  { pending, finishesAt }: MailboxView,
  { ratePerMinute, waiting, now }: Pick<MailboxProgress, 'ratePerMinute' | 'waiting'> & { now: number },
): number | null {
  if (pending === 0) return 0;
  if (waiting?.reason === 'paused' || waiting?.reason === 'reauth') return null;
  const observed = ratePerMinute > 0 ? Math.ceil((pending / ratePerMinute) * 60) : null;
  const forecast = finishesAt === null ? 0 : Math.ceil((finishesAt.getTime() - now) / 1_000);
  if (forecast <= 0) return observed;
  return waiting ? forecast : Math.max(forecast, observed ?? 0);
}

export function mailboxOf(view: MailboxView): Mailbox {
  return {
    id: view.id,
    emailAddress: view.emailAddress,
    state: view.state,
    paused: view.pausedAt !== null,
    createdAt: view.createdAt.toISOString(),
    lastSyncedAt: view.lastSyncedAt?.toISOString() ?? null,
    progress: progressOf(view),
  };
}

export function syncStatusOf(view: MailboxView): SyncStatus {
  const isStopped = view.pausedAt !== null || view.state === 'reauth';
  return {
    mailboxId: view.id,
    paused: view.pausedAt !== null,
    lastSyncedAt: view.lastSyncedAt?.toISOString() ?? null,
    nextSyncAt: isStopped ? null : view.dueAt.toISOString(),
    progress: progressOf(view),
  };
}

function waitingOf(view: MailboxView, now: number): MailboxProgress['waiting'] {
  if (view.state === 'reauth') return { reason: 'reauth', until: null };
  if (view.pausedAt !== null || view.allPausedSince !== null) return { reason: 'paused', until: null };
  if (view.waitReason !== null && view.waitUntil !== null && view.waitUntil.getTime() > now) {
    return { reason: view.waitReason, until: view.waitUntil.toISOString() };
  }
  return view.isLeftWaiting ? { reason: 'backlog', until: null } : null;
}
