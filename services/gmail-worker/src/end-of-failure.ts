// What a slice that failed does next: wait for what, and for how long.
import type { Db, SyncState } from '@finito/db';
import {
  GmailAccessRevokedError,
  GmailBadAnswerError,
  GmailNotFoundError,
  GmailRateLimitError,
  GmailRequestError,
  GmailUnavailableError,
  OAuthRequestError,
  OAuthUnavailableError,
} from '@finito/gmail';
import { QuotaLedgerUnavailableError } from '@finito/quota';
import { QuotaWait } from './charge.ts';
import type { SliceEnd } from './slice.ts';

const firstWaitMs = 2_000;
/** After an outage everything moves again within this time (GOALS W2 gives 45 s). */
const longestOutageWaitMs = 30_000;
/** What Gmail refuses for a reason of its own is asked again, but rarely. */
const longestRefusalWaitMs = 5 * 60_000;
/** Google now and then refuses good tokens for a moment: only a refusal that lasts needs the mailbox's owner. */
const tokenRefusals = 5;

/** `undefined`: nothing that was foreseen. */
export async function endOfFailure(
  { db }: { db: Pick<Db, 'due'> },
  { failures }: Pick<SyncState, 'failures'>,
  mailboxId: string,
  error: unknown,
): Promise<SliceEnd | undefined> {
  const waitMs = (longestMs: number) =>
    jittered(Math.min(firstWaitMs * 2 ** Math.min(failures, 10), longestMs));
  if (error instanceof QuotaWait) return { kind: 'again', inMs: error.retryInMs, reason: error.reason };
  if (error instanceof QuotaLedgerUnavailableError) {
    return { kind: 'again', inMs: error.retryAfterMs, reason: 'quota', lastError: error.name };
  }
  if (error instanceof GmailRateLimitError) {
    const inMs = Math.max(1_000, error.retryAfterMs);
    return { kind: 'again', inMs, reason: 'cooldown', lastError: error.name };
  }
  if (error instanceof GmailAccessRevokedError) {
    const isRefusedToken = error.kind === 'token' && error.reason !== 'invalid_grant';
    if (isRefusedToken && failures + 1 < tokenRefusals) return failed(error, waitMs(longestOutageWaitMs));
    await db.due.markReauth(mailboxId);
    return { kind: 'done' };
  }
  if (error instanceof GmailUnavailableError || error instanceof OAuthUnavailableError) {
    const inMs = Math.max(error.retryAfterMs ?? 0, waitMs(longestOutageWaitMs));
    return { ...failed(error, inMs), reason: 'breaker' };
  }
  if (error instanceof GmailBadAnswerError) return failed(error, waitMs(longestOutageWaitMs));
  const isRefused =
    error instanceof GmailRequestError ||
    error instanceof GmailNotFoundError ||
    error instanceof OAuthRequestError;
  return isRefused ? failed(error, waitMs(longestRefusalWaitMs)) : undefined;
}

function failed(error: Error, inMs: number): Extract<SliceEnd, { kind: 'again' }> {
  return { kind: 'again', inMs, lastError: error.name, failed: true };
}

function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}
