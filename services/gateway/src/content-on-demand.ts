// Content that is not here when a reader asks: it is fetched by a worker, ahead of every backfill, and the reader waits
// for it a moment. What will likely be opened next is asked for as well, from units that nobody else needs.
import type { Db, EmailWithContent, MessageKey } from '@finito/db';
import { fetchContent } from '@finito/jobs';
import type { Payload, Producer } from '@finito/jobs';
import { contentBreaker } from '@finito/quota';
import type { FleetBreaker } from '@finito/quota';
import { setTimeout as wait } from 'node:timers/promises';

export interface ContentOnDemandNeeds {
  db: Pick<Db, 'contents' | 'emailReads'>;
  jobs: Pick<Producer, 'enqueue'>;
  breakers: Pick<FleetBreaker, 'openForMs'>;
}

export interface ContentRequest extends MessageKey {
  reason: NonNullable<Payload<typeof fetchContent>['reason']>;
}

export interface FoundEmail {
  email: EmailWithContent;
  /** When to ask again for content that did not come in time. */
  retryAfterMs: number;
}

/** A reader who waits longer is told to come back. */
const patienceMs = 1_500;
const lookEveryMs = 100;
const usualRetryMs = 2_000;
const likelyNextLimit = 5;
/** Who asks for another reason does not wait here. */
const isWaitedFor = { viewing: true, rules: true, prefetch: false, background: false };
/** As the worker keeps what a reader has opened. */
const viewedForMs = 24 * 3_600_000;

/** Undefined when the user has no such message. */
export async function findWithContent(
  needs: ContentOnDemandNeeds,
  userId: string,
  { reason, ...key }: ContentRequest,
  signal: AbortSignal,
): Promise<FoundEmail | undefined> {
  const { db, jobs, breakers } = needs;
  const find = () => db.emailReads.find(userId, key);
  let email = await find();
  if (!email) return undefined;
  if (email.content && !email.content.isKeptForAWhile) return { email, retryAfterMs: 0 };
  // Only a person opens what comes next, and what a person has opened is kept.
  if (reason === 'viewing') void readAhead(needs, key, email.content !== null).catch(() => undefined);
  if (email.content) return { email, retryAfterMs: 0 };
  // Nobody waits for the queue: if Redis is away, the next read asks again.
  void jobs.enqueue(fetchContent, { ...key, reason }).catch(() => undefined);
  const openForMs = breakers.openForMs(contentBreaker);
  const deadline = performance.now() + patienceMs;
  while (isWaitedFor[reason] && openForMs === 0 && performance.now() < deadline && !signal.aborted) {
    await wait(lookEveryMs);
    email = await find();
    if (!email || email.content) break;
  }
  return email && { email, retryAfterMs: Math.max(usualRetryMs, openForMs) };
}

async function readAhead(
  { db, jobs }: ContentOnDemandNeeds,
  { mailboxId, gmailId }: MessageKey,
  isHere: boolean,
): Promise<void> {
  if (isHere) await db.contents.keep(mailboxId, gmailId, viewedForMs);
  for (const next of await db.contents.likelyNext(mailboxId, gmailId, likelyNextLimit)) {
    await jobs.enqueue(fetchContent, { mailboxId, gmailId: next, reason: 'prefetch' });
  }
}
