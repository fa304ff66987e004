// Units first, then the call (DESIGN §3.5): what a slice asks of Gmail goes through here.
import type { SyncState, WaitReason } from '@finito/db';
import { GmailRateLimitError, GmailUnavailableError, operations } from '@finito/gmail';
import type { Gmail, OperationName } from '@finito/gmail';
import { QuotaLedgerUnavailableError } from '@finito/quota';
import type { GmailMethod, Grant, QuotaLane, QuotaLedger } from '@finito/quota';
import type { WorkerMetrics } from './metrics.ts';

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

export interface Meter {
  /** Granted. */
  readonly units: number;
  /** Says that calls of so many units are about to be made; what is never said is given back. */
  use(units: number, method: GmailMethod): void;
  /**
   * No more is used: gives the rest back at once, so that what was used is free again one window after the calls and not
   * after what is made of their answers.
   */
  settle(): Promise<void>;
}

/**
 * Charges units, runs the work, gives back what it did not use. Work that never says what it uses uses all.
 * @throws QuotaWait when there are fewer than `minUnits` (default: all) now; GmailUnavailableError, uncharged, while
 * a breaker of the calls is open
 */
export type Charge = <T>(request: ChargeRequest, work: (meter: Meter) => Promise<T>) => Promise<T>;

export interface ChargeRequest {
  lane: QuotaLane;
  /** What the calls are mainly, for metrics. */
  method: GmailMethod;
  units: number;
  minUnits?: number;
  /** `AcquireRequest.worthUnits` */
  worthUnits?: number;
  permits?: number;
}

interface ChargeNeeds {
  gmail: { breakers: Pick<Gmail['breakers'], 'openForMs'> };
  quota: Pick<QuotaLedger, 'acquire' | 'settle' | 'cooldown'>;
  metrics: Pick<WorkerMetrics, 'quotaWaited' | 'refused' | 'unitsUsed'>;
}

/** The ledger counts a grant as used when it expires: calls must have reached Gmail by then. */
const wayMs = 2_000;

/** Whose quota it is, and who holds what is granted of it (`QuotaLedger.abandon`). */
interface Payer extends Pick<SyncState, 'googleSubject' | 'weight'> {
  holder?: string;
}

/** `calls` is aborted when a grant runs out under way. */
export function createCharge(
  needs: ChargeNeeds,
  { googleSubject: user, weight, holder }: Payer,
  calls: AbortController,
): Charge {
  const { quota, metrics } = needs;
  return async ({ units, minUnits = units, worthUnits, lane, method, permits = 1 }, work) => {
    calls.signal.throwIfAborted();
    refuseWhileOpen(needs.gmail, method);
    const decision = await quota.acquire({
      user,
      weight,
      lane,
      method,
      units,
      minUnits,
      worthUnits,
      permits,
      holder,
    });
    if (!decision.granted) {
      metrics.quotaWaited(lane, decision.reason, decision.retryInMs);
      throw new QuotaWait(decision.retryInMs, decision.reason === 'cooldown' ? 'cooldown' : 'quota');
    }
    const { grant } = decision;
    let used: number | undefined;
    let settled: Promise<void> | undefined;
    const settle = () => {
      settled ??= giveBack(quota, grant, used ?? grant.units);
      settled.catch(() => undefined); // whoever waits for it hears it
      return settled;
    };
    const meter: Meter = {
      units: grant.units,
      settle,
      use(more, by) {
        used = Math.min((used ?? 0) + more, grant.units);
        metrics.unitsUsed(lane, by, more);
      },
    };
    const runsOut = setTimeout(
      () => calls.abort(new GmailUnavailableError({ operation: 'batch', reason: 'grant-expired' })),
      Math.max(1, grant.expiresInMs - wayMs),
    );
    try {
      return await work(meter);
    } catch (error) {
      if (error instanceof GmailRateLimitError) await coolDown(needs, user, error);
      throw error;
    } finally {
      clearTimeout(runsOut);
      if (used === undefined) metrics.unitsUsed(lane, method, grant.units);
      await settle();
    }
  };
}

/** What Gmail would not be asked is not charged either. */
function refuseWhileOpen({ breakers }: ChargeNeeds['gmail'], method: GmailMethod): void {
  // Lists of messages are fetched in batches, which have a breaker of their own.
  const calls = method === 'messages.get' ? ([method, 'batch'] as const) : [method];
  for (const operation of calls) {
    if (!isOperation(operation)) continue;
    const retryAfterMs = breakers.openForMs(operation);
    if (retryAfterMs > 0)
      throw new GmailUnavailableError({ operation, reason: 'breaker-open', retryAfterMs });
  }
}

function isOperation(method: string): method is OperationName {
  return Object.hasOwn(operations, method);
}

/** What the work did stands, whatever becomes of the units: unsettled, the grant counts in full when it expires. */
async function giveBack(quota: Pick<QuotaLedger, 'settle'>, grant: Grant, usedUnits: number): Promise<void> {
  try {
    await quota.settle(grant, { usedUnits });
  } catch (error) {
    if (!(error instanceof QuotaLedgerUnavailableError)) throw error;
  }
}

/** A refusal holds for the whole fleet: whoever shares that quota would be refused as well. */
export async function coolDown(
  { quota, metrics }: Pick<ChargeNeeds, 'quota' | 'metrics'>,
  user: string,
  { scope, retryAfterMs }: GmailRateLimitError,
): Promise<void> {
  metrics.refused(scope);
  const forMs = Math.max(1_000, retryAfterMs);
  await quota.cooldown(scope === 'project' || scope === 'day' ? { project: true, forMs } : { user, forMs });
}
