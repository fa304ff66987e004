// One worker's turn with one mailbox: under a fenced lease, for a few seconds, every Gmail call
// charged before it is made. Ends with what to do next; nothing here sleeps for quota.
//
// Twice at once: the second finds the lease taken and comes back later; if a lease lapses in a
// frozen process, its later writes are refused by the fence. Dying half-way: the lease lapses in
// `leaseMs`, the next turn reads from Postgres what is left, and what was in hand becomes suspect.
// Shutting down: the step in hand ends, the lease is given back, and the next turn may begin at once.
import { LeaseLostError } from '@finito/db';
import type { Db, Lease, SyncState, WaitReason } from '@finito/db';
import type { AccessTokens, GetAccessToken, Gmail, GmailMailbox } from '@finito/gmail';
import type { MailboxEvents } from '@finito/jobs';
import type { QuotaLedger, QuotaProfile } from '@finito/quota';
import { createCharge } from './charge.ts';
import type { Charge } from './charge.ts';
import type { Company } from './company.ts';
import { endOfFailure } from './end-of-failure.ts';
import type { WorkerMetrics } from './metrics.ts';

export interface SliceNeeds {
  db: Pick<Db, 'due' | 'history' | 'labels' | 'leases' | 'ledger' | 'messages'>;
  gmail: Gmail;
  quota: QuotaLedger;
  profile: QuotaProfile;
  accessTokens: AccessTokens;
  events: MailboxEvents;
  metrics: WorkerMetrics;
  /** Of all that the process has in hand. */
  company: Company;
  owner: string;
}

/** What a step of sync may use; all of it ends with the slice. */
export interface Slice {
  readonly lease: Lease;
  /** As of the last read; `refresh` reads again. */
  sync: SyncState;
  readonly gmail: GmailMailbox;
  /** Aborts what must not go on: the lease is lost, a grant of quota has run out, or a shutdown cannot wait. */
  readonly signal: AbortSignal;
  /** True when the slice's time is up: end after the step in hand. */
  isOver(): boolean;
  charged: Charge;
  /** What the end of the slice tells of the end of the backlog. */
  finishesInMs?: number | undefined;
  refresh(): Promise<SyncState>;
  /** Notes which messages the next step works on. */
  takeInHand(gmailIds: string[]): Promise<void>;
  /** They were noted already, with what was stored before them. */
  haveInHand(gmailIds: string[]): void;
}

export type SliceEnd =
  | { kind: 'done'; dueInMs?: number; synced?: boolean }
  /** `failed`: it ended so because of a fault, and `lastError` names it. */
  | { kind: 'again'; inMs: number; reason?: WaitReason; lastError?: string; failed?: boolean }
  /** Another slice of this mailbox is running. */
  | { kind: 'busy' }
  /** Paused, without consent, or gone: there is nothing to come back for. */
  | { kind: 'closed' };

export interface SliceOptions {
  mailboxId: string;
  /** The job's: aborted when the process shuts down. */
  signal: AbortSignal;
  /** Whether a slice that gives way should end early for this one. */
  urgency: 'insists' | 'gives way';
}

const leaseMs = 5_000;
const renewEveryMs = 1_500;
const sliceMs = 3_000;
/** The others of the queue wait while one has a longer turn: not longer than this many times. */
const maxSliceWeight = 4;
/** What a step in hand may still take when the process shuts down, of its 10 s. */
const graceMs = 3_000;

export async function runSlice(
  needs: SliceNeeds,
  { mailboxId, signal: jobSignal, urgency }: SliceOptions,
  steps: (slice: Slice) => Promise<SliceEnd>,
): Promise<SliceEnd> {
  const { db, metrics } = needs;
  const insists = urgency === 'insists';
  const acquired = await db.leases.acquire(mailboxId, needs.owner, leaseMs, { insists });
  if (acquired === 'taken') return { kind: 'busy' };
  if (acquired === 'closed') return { kind: 'closed' };
  const { lease, sync, afterDeath } = acquired;
  const calls = new AbortController();
  const stopWatching = watch(needs, lease, jobSignal, calls);
  const inHand: string[] = [];
  const slice = sliceOf(needs, { lease, sync, calls, jobSignal, insists, inHand });
  let end: SliceEnd;
  try {
    // What the dead had under way, and the permits for it, died with it.
    if (afterDeath) await needs.quota.abandon(sync.googleSubject, mailboxId);
    end = await steps(slice);
  } catch (error) {
    if (isLost(error) || isLost(calls.signal.reason)) {
      await db.leases.absolve(mailboxId, inHand);
      return { kind: 'busy' };
    }
    end = jobSignal.aborted ? { kind: 'again', inMs: 1 } : await endOrRelease(needs, lease, sync, error);
  } finally {
    stopWatching();
  }
  metrics.sliceEnded(end.kind === 'again' ? (end.reason ?? (end.failed ? 'error' : 'again')) : end.kind);
  await db.leases.release(lease, { ...releaseOf(end), finishesInMs: slice.finishesInMs });
  return end;
}

/** Keeps the lease, and aborts the calls when it is lost or when the process cannot wait any longer. */
function watch(
  { db }: Pick<SliceNeeds, 'db'>,
  lease: Lease,
  jobSignal: AbortSignal,
  calls: AbortController,
): () => void {
  const renewing = setInterval(() => {
    db.leases.renew(lease, leaseMs).catch((error: unknown) => {
      if (isLost(error)) calls.abort(error);
    });
  }, renewEveryMs);
  let hurrying: NodeJS.Timeout | undefined;
  const hurry = () => {
    hurrying = setTimeout(() => calls.abort(jobSignal.reason), graceMs);
  };
  if (jobSignal.aborted) hurry();
  jobSignal.addEventListener('abort', hurry, { once: true });
  return () => {
    clearInterval(renewing);
    clearTimeout(hurrying);
    jobSignal.removeEventListener('abort', hurry);
  };
}

interface SliceParts {
  lease: Lease;
  sync: SyncState;
  calls: AbortController;
  jobSignal: AbortSignal;
  insists: boolean;
  inHand: string[];
}

function sliceOf(needs: SliceNeeds, parts: SliceParts): Slice {
  const { db, accessTokens } = needs;
  const { lease, calls, jobSignal, insists, inHand } = parts;
  const startedAt = performance.now();
  const slice: Slice = {
    lease,
    sync: parts.sync,
    signal: calls.signal,
    gmail: needs.gmail.mailbox({ getAccessToken: tokenOfSlice(accessTokens, lease.mailboxId) }),
    isOver: () =>
      jobSignal.aborted ||
      calls.signal.aborted ||
      (slice.sync.wanted && !insists) ||
      performance.now() - startedAt > sliceMs * Math.min(parts.sync.weight, maxSliceWeight),
    charged: createCharge(needs, { ...parts.sync, holder: lease.mailboxId }, calls),
    async refresh() {
      slice.sync = await db.leases.read(lease);
      return slice.sync;
    },
    async takeInHand(gmailIds) {
      if (gmailIds.join() === inHand.join()) return;
      slice.haveInHand(gmailIds);
      await db.leases.renew(lease, leaseMs, gmailIds);
    },
    haveInHand: (gmailIds) => void inHand.splice(0, Infinity, ...gmailIds),
  };
  return slice;
}

/** Read and decrypted once a slice: a token that is handed out is good for a minute, and a slice ends in seconds. */
function tokenOfSlice(accessTokens: AccessTokens, mailboxId: string): GetAccessToken {
  let token: string | undefined;
  return async (_signal, hint) => {
    if (token === undefined || token === hint.rejected) token = await accessTokens.get(mailboxId, hint);
    return token;
  };
}

/** A fault of the program goes to the queue, which counts and reports it; the mailbox is free all the same. */
async function endOrRelease(
  needs: SliceNeeds,
  lease: Lease,
  sync: SyncState,
  error: unknown,
): Promise<SliceEnd> {
  const end = await endOfFailure(needs, sync, lease.mailboxId, error);
  if (end) return end;
  await needs.db.leases.release(lease, { lastError: 'unexpected', failed: true }).catch(() => undefined);
  throw error;
}

function releaseOf(end: SliceEnd) {
  if (end.kind === 'again') {
    // A wait for no named reason is one for Gmail to work again; without it the sweeper would not let it wait.
    const reason = end.reason ?? (end.failed ? 'breaker' : undefined);
    const wait = reason ? { reason, forMs: end.inMs } : null;
    // A wait for quota says nothing about whether the mailbox works.
    const failed = end.failed ?? (end.reason ? undefined : false);
    return { wait, lastError: end.lastError ?? null, failed };
  }
  return end.kind === 'done' ? { dueInMs: end.dueInMs, synced: end.synced, failed: false } : {};
}

const isLost = (error: unknown) => error instanceof LeaseLostError;
