// When a backfill will be done, by the ledger of quota: what is pending, at the price of its threads. Told with the end
// of a slice, every few seconds at most; nothing depends on it.
import { QuotaLedgerUnavailableError } from '@finito/quota';
import type { Slice, SliceNeeds } from './slice.ts';

const everyMs = 10_000;
const maxRemembered = 10_000;

export type FinishForecast = (slice: Slice) => Promise<number | undefined>;

/** Milliseconds until nothing is pending; `undefined` when it was told lately, or cannot be said. */
export function createFinishForecast({
  db,
  quota,
  profile,
}: Pick<SliceNeeds, 'db' | 'quota' | 'profile'>): FinishForecast {
  const toldAt = new Map<string, number>();
  return async ({ lease: { mailboxId }, sync: { pending, listing, googleSubject } }) => {
    const now = performance.now();
    const isKnown = pending > 0 && (listing === null || listing.complete);
    if (!isKnown || now - (toldAt.get(mailboxId) ?? -Infinity) < everyMs) return undefined;
    if (toldAt.size >= maxRemembered) toldAt.clear();
    toldAt.set(mailboxId, now);
    const each = await db.ledger.unitsPerMessage(mailboxId, profile.units);
    try {
      return await quota.forecast(googleSubject, Math.ceil(pending * each));
    } catch (error) {
      if (!(error instanceof QuotaLedgerUnavailableError)) throw error;
      return undefined;
    }
  };
}
