// Gmail's watch: it tells a Pub/Sub topic when the mailbox changes, for at most seven days; asked for
// again each day, as Google advises. Its answer carries a history id that says nothing of what we hold,
// so it is not read. A watch that is refused costs nothing but time: the mailbox is polled.
import {
  GmailBadAnswerError,
  GmailNotFoundError,
  GmailRequestError,
  GmailUnavailableError,
} from '@finito/gmail';
import type { GmailMailbox, WatchReceipt } from '@finito/gmail';
import type { Slice, SliceNeeds } from './slice.ts';

export async function watchMailbox(
  { db, profile }: SliceNeeds,
  slice: Slice,
  topicName: string,
): Promise<void> {
  if (!slice.sync.watchIsDue) return;
  const { units } = profile;
  // Room for the case that another topic is watched already: then it is stopped, and this one asked for again.
  const request = { units: 2 * units.watch + units.stop, lane: 'live', method: 'watch' } as const;
  const receipt = await slice.charged(request, async (meter) => {
    try {
      meter.use(units.watch, 'watch');
      return await slice.gmail.watch({ topicName }, slice.signal);
    } catch (error) {
      if (isAway(error)) return null;
      if (!isRefused(error)) throw error;
      meter.use(units.stop, 'stop');
      meter.use(units.watch, 'watch');
      return watchInstead(slice.gmail, topicName, slice.signal);
    }
  });
  await db.due.watched(slice.lease.mailboxId, receipt && new Date(Number(receipt.expiration)));
}

async function watchInstead(
  gmail: GmailMailbox,
  topicName: string,
  signal: AbortSignal,
): Promise<WatchReceipt | null> {
  try {
    await gmail.stop(signal);
    return await gmail.watch({ topicName }, signal);
  } catch (error) {
    if (!isRefused(error) && !isAway(error)) throw error;
    return null;
  }
}

function isAway(error: unknown): boolean {
  return error instanceof GmailUnavailableError || error instanceof GmailBadAnswerError;
}

function isRefused(error: unknown): boolean {
  return error instanceof GmailRequestError || error instanceof GmailNotFoundError;
}
