// The job `fetch-content`: the content of one message that a reader has opened and that is not here yet. Interactive
// lane, ahead of every backfill. Twice, or twice at once: the second finds it stored, or stores the same again.
// Dying half-way costs the units of one call; the reader's next look asks again.
import { contentFromPayload } from '@finito/content';
import { messageIdFrom } from '@finito/db';
import type { Db } from '@finito/db';
import {
  GmailAccessRevokedError,
  GmailBadAnswerError,
  GmailNotFoundError,
  GmailRateLimitError,
} from '@finito/gmail';
import type { JobContext, JobResult } from '@finito/jobs';
import { coolDown } from './charge.ts';
import type { SliceNeeds } from './slice.ts';

export interface FetchContentNeeds extends Pick<
  SliceNeeds,
  'gmail' | 'quota' | 'profile' | 'accessTokens' | 'events' | 'metrics'
> {
  db: Pick<Db, 'contents' | 'due'>;
}

export function createFetchContent(needs: FetchContentNeeds) {
  const { db, events, quota, profile, metrics } = needs;
  const lane = 'interactive';

  return async (
    { mailboxId, gmailId }: { mailboxId: string; gmailId: string },
    { signal }: JobContext,
  ): Promise<JobResult> => {
    const owner = await db.contents.findMissing(mailboxId, gmailId);
    if (!owner) return undefined;
    const units = profile.units['messages.get'];
    const decision = await quota.acquire({ user: owner.googleSubject, lane, units });
    if (!decision.granted) {
      metrics.quotaWaited(lane, decision.reason, decision.retryInMs);
      return { againInMs: decision.retryInMs };
    }
    try {
      const payload = await fetchPayload(needs, mailboxId, gmailId, signal);
      if (!payload) return undefined;
      const isNew = await db.contents.store(mailboxId, gmailId, contentFromPayload(payload));
      const ids = [messageIdFrom(mailboxId, gmailId)];
      if (isNew) await events.publish(owner.userId, [{ type: 'message-changed', mailboxId, ids }]);
      return undefined;
    } catch (error) {
      if (error instanceof GmailRateLimitError) await coolDown(needs, owner.googleSubject, error);
      if (!(error instanceof GmailAccessRevokedError)) throw error;
      await db.due.markReauth(mailboxId);
      return undefined;
    } finally {
      metrics.unitsUsed(lane, 'messages.get', units);
      await quota.settle(decision.grant, { usedUnits: units });
    }
  };
}

/** Undefined when Gmail has the message no longer: its history will say so. */
async function fetchPayload(
  { gmail, accessTokens }: FetchContentNeeds,
  mailboxId: string,
  gmailId: string,
  signal: AbortSignal,
) {
  const mailbox = gmail.mailbox({
    getAccessToken: (_signal, hint) => accessTokens.get(mailboxId, hint),
  });
  try {
    const { payload } = await mailbox.getMessage(gmailId, { format: 'full' }, signal);
    if (!payload) throw new GmailBadAnswerError({ operation: 'messages.get', reason: 'missing-field' });
    return payload;
  } catch (error) {
    if (error instanceof GmailNotFoundError) return undefined;
    throw error;
  }
}
