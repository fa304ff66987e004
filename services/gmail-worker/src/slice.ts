// One worker's turn with one mailbox: under a fenced lease, for a few seconds, every Gmail call
// charged before it is made. Ends with what to do next; nothing here sleeps for quota.
//
// Twice at once: the second finds the lease taken and comes back later; if a lease lapses in a
// frozen process, its later writes are refused by the fence. Dying half-way: the lease lapses in
// `leaseMs`, the next turn reads from Postgres what is left, and what was in hand becomes suspect.
import { LeaseLostError } from '@finito/db';
import type { Db, Lease, SyncState, WaitReason } from '@finito/db';
import {
  GmailAccessRevokedError,
  GmailBadAnswerError,
  GmailRateLimitError,
  GmailUnavailableError,
  OAuthUnavailableError,
} from '@finito/gmail';
import type { Gmail, GmailMailbox } from '@finito/gmail';
import type { MailboxEvents } from '@finito/jobs';
import type { QuotaLane, QuotaLedger, QuotaProfile } from '@finito/quota';
import type { AccessTokens } from './access-tokens.ts';
import type { WorkerMetrics } from './metrics.ts';

export interface SliceNeeds {
  db: Pick<Db, 'due' | 'history' | 'labels' | 'leases' | 'ledger' | 'messages'>;
  gmail: Gmail;
  quota: QuotaLedger;
  profile: QuotaProfile;
  accessTokens: AccessTokens;
  events: MailboxEvents;
  metrics: WorkerMetrics;
  owner: string;
}

/** What a step of sync may use; all of it ends with the slice. */
export interface Slice {
  readonly lease: Lease;
  /** As of the last read; `refresh` reads again. */
  sync: SyncState;
  readonly gmail: GmailMailbox;
  readonly signal: AbortSignal;
  /** True when the slice's time is up: end after the step in hand. */
  isOver(): boolean;
  /**
   * Charges units, runs the work, gives back what it did not use.
   * @throws QuotaWait when there are fewer than `minUnits` now
   */
  charged<T>(
    request: { units: number; minUnits?: number; lane: QuotaLane; permits?: number },
    work: (units: number) => Promise<{ value: T; usedUnits?: number }>,
  ): Promise<T>;
  refresh(): Promise<SyncState>;
  /** Notes which messages the next step works on. */
  takeInHand(gmailIds: string[]): Promise<void>;
}

export type SliceEnd =
  | { kind: 'done'; dueInMs?: number; synced?: boolean }
  | { kind: 'again'; inMs: number; reason?: WaitReason; lastError?: string }
  /** Another slice of this mailbox is running. */
  | { kind: 'busy' }
  /** Paused, without consent, or gone: there is nothing to come back for. */
  | { kind: 'closed' };

/** There are no units now; the job comes back when there are. */
export class QuotaWait extends Error {
  override name = 'QuotaWait';
  readonly retryInMs: number;
  readonly reason: WaitReason;

  constructor(retryInMs: number, reason: WaitReason) {
    super(reason);
    this.retryInMs = retryInMs;
    this.reason = reason;
  }
}

const leaseMs = 5_000;
const renewEveryMs = 1_500;
const sliceMs = 3_000;
const outageWaitMs = 2_000;

export async function runSlice(
  needs: SliceNeeds,
  mailboxId: string,
  jobSignal: AbortSignal,
  steps: (slice: Slice) => Promise<SliceEnd>,
): Promise<SliceEnd> {
  const { db, metrics } = needs;
  const acquired = await db.leases.acquire(mailboxId, needs.owner, leaseMs);
  if (acquired === 'taken') return { kind: 'busy' };
  if (acquired === 'closed') return { kind: 'closed' };
  const { lease, sync } = acquired;
  const lost = new AbortController();
  const renewing = setInterval(() => {
    db.leases.renew(lease, leaseMs).catch((error) => {
      if (error instanceof LeaseLostError) lost.abort(error);
    });
  }, renewEveryMs);
  try {
    const end = await steps(sliceOf(needs, lease, sync, AbortSignal.any([jobSignal, lost.signal])));
    await db.leases.release(lease, releaseOf(end));
    return end;
  } catch (error) {
    if (error instanceof LeaseLostError || lost.signal.aborted) return { kind: 'busy' };
    const end = await endOfFailure(needs, lease, error);
    metrics.sliceEnded(end.kind === 'again' ? (end.reason ?? 'error') : end.kind);
    await db.leases.release(lease, releaseOf(end));
    return end;
  } finally {
    clearInterval(renewing);
  }
}

function sliceOf(needs: SliceNeeds, lease: Lease, sync: SyncState, signal: AbortSignal): Slice {
  const { db, quota, accessTokens, metrics } = needs;
  const { mailboxId } = lease;
  const user = sync.googleSubject;
  const startedAt = performance.now();
  const gmail = needs.gmail.mailbox({
    getAccessToken: (_signal, options) => accessTokens.get(mailboxId, options),
  });
  const slice: Slice = {
    lease,
    sync,
    gmail,
    signal,
    isOver: () => signal.aborted || performance.now() - startedAt > sliceMs,
    async charged({ units, minUnits = units, lane, permits = 1 }, work) {
      signal.throwIfAborted();
      const decision = await quota.acquire({ user, lane, units, minUnits, permits });
      if (!decision.granted) {
        metrics.quotaWaited(lane, decision.reason);
        throw new QuotaWait(decision.retryInMs, decision.reason === 'cooldown' ? 'cooldown' : 'quota');
      }
      const { grant } = decision;
      // Until the work says otherwise, all of the grant counts as used: a call may have been charged.
      let used = grant.units;
      try {
        const { value, usedUnits = grant.units } = await work(grant.units);
        used = usedUnits;
        return value;
      } catch (error) {
        if (error instanceof GmailRateLimitError) await coolDown(needs, user, error);
        throw error;
      } finally {
        metrics.unitsUsed(lane, used);
        await quota.settle(grant, { usedUnits: used });
      }
    },
    async refresh() {
      slice.sync = await db.leases.read(lease);
      return slice.sync;
    },
    takeInHand: (gmailIds) => db.leases.renew(lease, leaseMs, gmailIds),
  };
  return slice;
}

/** A refusal holds for the whole fleet: whoever shares that quota would be refused as well. */
export async function coolDown(
  { quota, metrics }: Pick<SliceNeeds, 'quota' | 'metrics'>,
  user: string,
  { scope, retryAfterMs }: GmailRateLimitError,
): Promise<void> {
  metrics.refused(scope);
  const forMs = Math.max(1_000, retryAfterMs);
  await quota.cooldown(scope === 'project' || scope === 'day' ? { project: true, forMs } : { user, forMs });
}

async function endOfFailure({ db }: SliceNeeds, { mailboxId }: Lease, error: unknown): Promise<SliceEnd> {
  if (error instanceof QuotaWait) return { kind: 'again', inMs: error.retryInMs, reason: error.reason };
  if (error instanceof GmailRateLimitError) {
    return {
      kind: 'again',
      inMs: Math.max(1_000, error.retryAfterMs),
      reason: 'cooldown',
      lastError: error.name,
    };
  }
  if (error instanceof GmailUnavailableError || error instanceof OAuthUnavailableError) {
    const inMs = jittered(error.retryAfterMs ?? outageWaitMs);
    return { kind: 'again', inMs, reason: 'breaker', lastError: error.name };
  }
  if (error instanceof GmailBadAnswerError) {
    return { kind: 'again', inMs: jittered(outageWaitMs), lastError: error.name };
  }
  if (error instanceof GmailAccessRevokedError) {
    await db.due.markReauth(mailboxId);
    return { kind: 'done' };
  }
  throw error;
}

function releaseOf(end: SliceEnd) {
  if (end.kind === 'again') {
    const wait = end.reason ? { reason: end.reason, forMs: end.inMs } : null;
    return { wait, lastError: end.lastError ?? null };
  }
  return end.kind === 'done' ? { dueInMs: end.dueInMs, synced: end.synced } : {};
}

function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}
