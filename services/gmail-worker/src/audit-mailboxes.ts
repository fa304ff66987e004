// The check that trusts nobody's own account: now and then one live mailbox is held against what Gmail says it has.
// The accounting identity is about what was listed; this is about what was never listed at all.
//
// Gmail's total counts spam and trash, so without them there is nothing to compare. It is compared only when the
// mailbox stood at the history id that Gmail tells with its total, before and after: then any difference is one.
// A mailbox that differs is listed anew, at most once a day: Gmail's own totals are sometimes a little late. Twice at
// once, also of one mailbox, costs a unit and does no harm.
import type { AuditCandidate, Db } from '@finito/db';
import type { AccessTokens, Gmail } from '@finito/gmail';
import type { Log } from '@finito/service-kit';
import { createCharge, QuotaWait } from './charge.ts';
import type { SliceNeeds } from './slice.ts';

export interface AuditNeeds extends Pick<SliceNeeds, 'quota' | 'profile' | 'metrics'> {
  db: Pick<Db, 'fleet'>;
  gmail: Pick<Gmail, 'mailbox' | 'breakers'>;
  accessTokens: AccessTokens;
  log: Log;
}

export type AuditOutcome = 'same' | 'differs' | 'behind' | 'failed';

/** One mailbox of all, each time: with many workers, or over days, all of them. */
const everyMs = 60_000;

export function startAudits(needs: AuditNeeds): { close(): Promise<void> } {
  const calls = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(async () => {
      const candidate = await needs.db.fleet.auditCandidate().catch(() => undefined);
      if (candidate) await audit(needs, candidate, calls);
    });
  }, everyMs);
  return {
    close() {
      clearInterval(timer);
      calls.abort(new Error('the worker stops'));
      return running;
    },
  };
}

/** Never throws; the difference in messages, or undefined when there is nothing to compare. */
export async function audit(
  needs: AuditNeeds,
  candidate: AuditCandidate,
  calls: AbortController,
): Promise<number | undefined> {
  const { db, gmail, accessTokens, profile, metrics, log } = needs;
  const { mailboxId, historyId } = candidate;
  const mailbox = gmail.mailbox({
    getAccessToken: (_signal, options) => accessTokens.get(mailboxId, options),
  });
  const charge = createCharge(needs, candidate, calls);
  try {
    const told = await charge(
      { lane: 'backfill', method: 'getProfile', units: profile.units.getProfile },
      () => mailbox.getProfile(calls.signal),
    );
    const after = await db.fleet.auditCandidate(mailboxId);
    const isInStep =
      told.historyId === historyId && after?.historyId === historyId && after.messages === candidate.messages;
    if (!isInStep) {
      metrics.audited('behind');
      return undefined;
    }
    const drift = Math.abs(told.messagesTotal - candidate.messages);
    metrics.audited(drift === 0 ? 'same' : 'differs', drift);
    if (drift > 0) {
      const isListedAnew = await db.fleet.listAnew(mailboxId);
      log.error({ mailboxId, drift, isListedAnew }, 'a mailbox differs from Gmail');
    }
    return drift;
  } catch (err) {
    if (err instanceof QuotaWait || calls.signal.aborted) return undefined;
    metrics.audited('failed');
    log.warn({ mailboxId, err }, 'a mailbox could not be audited');
    return undefined;
  }
}
