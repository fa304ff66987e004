// The job `fetch-content`: the content of one message that a reader has opened, or will likely open, and that is not
// here yet. Twice: the second finds it stored. Twice at once, by any process: the second waits for the first, or leaves
// it. Dying half-way costs the units of one call; the reader's next look asks again.
import { contentFromPayload } from '@finito/content';
import type { Content } from '@finito/content';
import { messageIdFrom } from '@finito/db';
import type { Db } from '@finito/db';
import {
  GmailAccessRevokedError,
  GmailBadAnswerError,
  GmailNotFoundError,
  GmailRateLimitError,
} from '@finito/gmail';
import type { fetchContent, JobContext, JobResult, Payload } from '@finito/jobs';
import { coolDown } from './charge.ts';
import type { ContentGmail } from './content-gmail.ts';
import { contentStrategies, goneForMs } from './content-strategies.ts';
import type { ContentStrategy } from './content-strategies.ts';
import type { SingleFlight } from './single-flight.ts';
import type { SliceNeeds } from './slice.ts';

export interface FetchContentNeeds extends Pick<SliceNeeds, 'quota' | 'profile' | 'events' | 'metrics'> {
  db: Pick<Db, 'contents' | 'due'>;
  contentGmail: ContentGmail;
  singleFlight: SingleFlight;
}

type Request = Payload<typeof fetchContent>;

/** Another process fetches the same: it will be here by then. */
const busyMs = 250;

/** `withContent`: the sync keeps the content of every message, so this one is kept as well. */
export function createFetchContent(needs: FetchContentNeeds, { withContent }: { withContent: boolean }) {
  const { db, contentGmail, metrics, quota, profile } = needs;

  return async (request: Request, { signal }: JobContext): Promise<JobResult> => {
    const { mailboxId, gmailId, reason = 'viewing' } = request;
    const strategy = contentStrategies[reason];
    const again = (inMs: number): JobResult => (strategy.onlySpare ? undefined : { againInMs: inMs });
    const openForMs = contentGmail.openForMs();
    if (openForMs > 0) return again(openForMs);
    const flight = await needs.singleFlight.run(`${mailboxId}:${gmailId}`, async () => {
      const owner = await db.contents.findMissing(mailboxId, gmailId);
      if (!owner) return undefined;
      const units = profile.units['messages.get'];
      const { lane } = strategy;
      const decision = await quota.acquire({ user: owner.googleSubject, lane, units });
      if (!decision.granted) {
        metrics.quotaWaited(lane, decision.reason, decision.retryInMs);
        return again(decision.retryInMs);
      }
      try {
        const content = await fetchOnce(contentGmail, request, signal);
        await keep(needs, request, owner.userId, content, withContent ? null : strategy);
        return undefined;
      } catch (error) {
        if (error instanceof GmailRateLimitError) await coolDown(needs, owner.googleSubject, error);
        if (error instanceof GmailAccessRevokedError) await db.due.markReauth(mailboxId);
        else if (!strategy.onlySpare) throw error;
        return undefined;
      } finally {
        metrics.unitsUsed(lane, 'messages.get', units);
        await quota.settle(decision.grant, { usedUnits: units });
      }
    });
    return flight === undefined ? again(busyMs) : flight.done;
  };
}

/** Undefined when Gmail has the message no longer. */
async function fetchOnce(
  contentGmail: ContentGmail,
  { mailboxId, gmailId }: Request,
  signal: AbortSignal,
): Promise<Content | undefined> {
  try {
    const { payload } = await contentGmail.mailbox(mailboxId).getMessage(gmailId, { format: 'full' }, signal);
    if (!payload) throw new GmailBadAnswerError({ operation: 'messages.get', reason: 'missing-field' });
    return contentFromPayload(payload);
  } catch (error) {
    if (error instanceof GmailNotFoundError) return undefined;
    throw error;
  }
}

/** `strategy`: null keeps it as long as the message. That a message is gone is noted too, for a while. */
async function keep(
  { db, events }: FetchContentNeeds,
  { mailboxId, gmailId }: Request,
  userId: string,
  content: Content | undefined,
  strategy: ContentStrategy | null,
): Promise<void> {
  if (content && strategy && bytesOf(content) > strategy.maxBytes) return;
  const isNew = content
    ? await db.contents.store(mailboxId, gmailId, content, strategy?.keptForMs ?? null)
    : await db.contents.store(mailboxId, gmailId, nothing, goneForMs);
  const ids = [messageIdFrom(mailboxId, gmailId)];
  if (isNew) await events.publish(userId, [{ type: 'message-changed', mailboxId, ids }]);
}

const nothing = { text: null, html: null, attachments: [], flaws: ['gone'] };

function bytesOf({ text, html }: Content): number {
  return Buffer.byteLength(text ?? '') + Buffer.byteLength(html ?? '');
}
