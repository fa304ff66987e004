// Sends the messages of a mailbox's outbox, each once. Gmail has no idempotency key, so a try is noted
// before it is made; when its outcome is unknown (a crash, a timeout), the message is looked up by its
// Message-ID before it is sent again, and not before Gmail's search can have it.
import type { SendEntry } from '@finito/db';
import {
  GmailAccessRevokedError,
  GmailRateLimitError,
  GmailRequestError,
  GmailUnavailableError,
} from '@finito/gmail';
import type { QuotaLane } from '@finito/quota';
import { QuotaWait } from './charge.ts';
import { isRefusedForGood } from './is-refused-for-good.ts';
import type { PushNeeds } from './push-changes.ts';
import type { Slice } from './slice.ts';

/** How long Gmail's search may take to know a message that was sent. */
const searchLagMs = 15_000;
/** A message that could not be sent for so long is given up rather than sent out of its time. */
const maxAgeMs = 24 * 3_600_000;
const lane: QuotaLane = 'write';

/** Returns how many were sent. */
export async function pushSends(needs: PushNeeds, slice: Slice): Promise<number> {
  let sent = 0;
  while (!slice.isOver()) {
    const entry = await needs.db.outboxWork.nextSend(slice.lease.mailboxId);
    if (!entry) break;
    if (await sendOnce(needs, slice, entry)) sent += 1;
  }
  return sent;
}

async function sendOnce(needs: PushNeeds, slice: Slice, entry: SendEntry): Promise<boolean> {
  const { db, metrics } = needs;
  const settle = async (outcome: { failed?: string; gmailId?: string }) => {
    await db.outboxWork.settle(slice.lease, [entry.id], outcome);
    metrics.pushed('send', outcome.failed ? 'failed' : 'done', 1);
    return !outcome.failed;
  };
  if (entry.attempts > 0) {
    const gmailId = await findSent(needs, slice, entry);
    if (gmailId) return settle({ gmailId });
  }
  if (entry.ageMs > maxAgeMs) return settle({ failed: 'too-late' });
  try {
    return await settle({ gmailId: await send(needs, slice, entry) });
  } catch (error) {
    if (isRefusedForGood(error)) return settle({ failed: 'refused' });
    if (wasNotCarriedOut(error)) await db.outboxWork.undoTry(slice.lease, entry.id);
    throw error;
  }
}

async function send({ db, profile }: PushNeeds, slice: Slice, entry: SendEntry): Promise<string> {
  const { raw, threadId } = entry;
  return slice.charged({ units: profile.units['messages.send'], lane, method: 'messages.send' }, async () => {
    await db.outboxWork.beginTry(slice.lease, entry.id, searchLagMs);
    const request = threadId === null ? { raw } : { raw, threadId };
    return (await slice.gmail.sendMessage(request, slice.signal)).id;
  });
}

async function findSent(
  { profile }: PushNeeds,
  slice: Slice,
  { messageId }: SendEntry,
): Promise<string | undefined> {
  const q = `rfc822msgid:${messageId.replace(/^<|>$/g, '')}`;
  const { messages } = await slice.charged(
    { units: profile.units['messages.list'], lane, method: 'messages.list' },
    () => slice.gmail.listMessages({ q, includeSpamTrash: true, maxResults: 1 }, slice.signal),
  );
  return messages[0]?.id;
}

/** A timeout, a 5xx or a broken answer may hide a message that was sent; these cannot. */
function wasNotCarriedOut(error: unknown): boolean {
  return (
    error instanceof GmailRateLimitError ||
    error instanceof GmailAccessRevokedError ||
    error instanceof GmailRequestError ||
    error instanceof QuotaWait ||
    (error instanceof GmailUnavailableError && error.reason === 'breaker-open')
  );
}
