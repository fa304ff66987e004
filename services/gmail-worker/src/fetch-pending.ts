// Fetches what the ledger says is pending, newest first, and stores it. Twice: a message that is
// stored has left the ledger and is not asked for again. Dying half-way costs the units of the
// answers in flight; the messages are still pending.
import { messageIdFrom } from '@finito/db';
import type { MessageRow, SettledMessage } from '@finito/db';
import { GmailBadAnswerError, GmailNotFoundError, GmailRequestError } from '@finito/gmail';
import type { GmailMessage } from '@finito/gmail';
import type { QuotaLane } from '@finito/quota';
import { naiveUnitsOf, planFetch, unitsOf, within } from './fetch-plan.ts';
import type { FetchStep } from './fetch-plan.ts';
import { messageRow } from './message-row.ts';
import type { Slice, SliceNeeds } from './slice.ts';

export interface FetchOptions {
  lane: QuotaLane;
  /** Most messages of one round: bounds what a round holds in memory and what a death costs. */
  limit: number;
  withContent: boolean;
}

/** A message is tried this often before it is failed (DESIGN §3.8). */
const maxAttempts = 3;
/** A message that was in hand when this many processes died is quarantined (DESIGN §3.12). */
const maxCrashes = 3;
/** Calls under way for one mailbox: one of the user's three stays free for a reader (DESIGN §3.9). */
const concurrency = 2;

type Outcome = { gmailId: string; message: GmailMessage } | { gmailId: string; error: Error };

/** One round. Returns how many messages left the ledger or were tried; 0 when nothing is pending. */
export async function fetchPending(
  needs: SliceNeeds,
  slice: Slice,
  { lane, limit, withContent }: FetchOptions,
): Promise<number> {
  const { db, metrics, profile } = needs;
  const pending = await db.ledger.pending(slice.lease.mailboxId, limit);
  const killers = pending.filter(({ crashes }) => crashes >= maxCrashes);
  if (killers.length > 0) {
    await settle(
      needs,
      slice,
      killers.map(({ gmailId }) => failed(gmailId, 'crashed-worker')),
    );
    return killers.length;
  }
  const plan = planFetch(pending, profile.units, limit * profile.units['messages.get']);
  if (plan.length === 0) return 0;

  return slice.charged(
    {
      lane,
      units: unitsOf(plan),
      minUnits: Math.min(...plan.map(({ units }) => units)),
      permits: concurrency,
    },
    async (units) => {
      const steps = within(plan, units);
      await slice.takeInHand(steps.flatMap(({ wanted }) => wanted));
      metrics.planned(unitsOf(steps), naiveUnitsOf(steps, profile.units));
      const attempts = new Map(pending.map((message) => [message.gmailId, message.attempts]));
      await runSteps(needs, slice, steps, attempts, withContent);
      return { value: steps.flatMap(({ wanted }) => wanted).length, usedUnits: unitsOf(steps) };
    },
  );
}

async function runSteps(
  needs: SliceNeeds,
  slice: Slice,
  steps: FetchStep[],
  attempts: Map<string, number>,
  withContent: boolean,
): Promise<void> {
  const rows: MessageRow[] = [];
  const settled: SettledMessage[] = [];
  let passing: Error | undefined;
  for await (const { gmailId, ...outcome } of outcomesOf(slice, steps)) {
    try {
      if ('error' in outcome) throw outcome.error;
      rows.push(messageRow(outcome.message, { withContent }));
    } catch (error) {
      const result = settledBy(gmailId, error, attempts.get(gmailId) ?? 0);
      if (result) settled.push(result);
      else passing ??= error as Error;
    }
  }
  await store(needs, slice, rows);
  if (settled.length > 0) await settle(needs, slice, settled);
  // What was answered is kept; a refusal or an outage then ends the slice.
  if (passing) throw passing;
}

/** `undefined`: the fault is not this message's (quota, outage, access), so it stays pending untouched. */
function settledBy(gmailId: string, error: unknown, attempts: number): SettledMessage | undefined {
  if (error instanceof GmailNotFoundError) return { gmailId, outcome: 'gone' };
  const isItsOwnFault = error instanceof GmailBadAnswerError || error instanceof GmailRequestError;
  const isUnknown = !(error instanceof Error && 'retryable' in error);
  if (!isItsOwnFault && !isUnknown) return undefined;
  const reason = error instanceof Error ? error.name : 'unknown';
  return attempts + 1 >= maxAttempts ? failed(gmailId, reason) : { gmailId, outcome: 'retry', reason };
}

const failed = (gmailId: string, reason: string): SettledMessage => ({ gmailId, outcome: 'failed', reason });

async function store({ db, events, metrics }: SliceNeeds, slice: Slice, rows: MessageRow[]): Promise<void> {
  const { mailboxId, userId } = slice.lease;
  const fresh = await db.messages.store(slice.lease, slice.sync.generation, rows);
  metrics.stored(fresh.length);
  if (fresh.length === 0) return;
  const ids = fresh.map((gmailId) => messageIdFrom(mailboxId, gmailId));
  await events.publish(userId, [{ type: 'message-stored', mailboxId, ids }]);
}

async function settle({ db, metrics }: SliceNeeds, slice: Slice, outcomes: SettledMessage[]): Promise<void> {
  await db.ledger.settle(slice.lease, outcomes);
  for (const { outcome } of outcomes) metrics.settled(outcome);
}

async function* outcomesOf({ gmail, signal }: Slice, steps: FetchStep[]): AsyncGenerator<Outcome> {
  const threads = steps.filter((step) => step.kind === 'thread');
  const singles = steps.filter((step) => step.kind === 'message').map(({ wanted: [id] }) => id);
  const options = { format: 'full' as const };

  for (let start = 0; start < threads.length; start += concurrency) {
    const answers = threads
      .slice(start, start + concurrency)
      .map(async ({ threadId, wanted }): Promise<Outcome[]> => {
        try {
          const { messages } = await gmail.getThread(threadId, options, signal);
          return wanted.map((gmailId) => {
            const message = messages.find(({ id }) => id === gmailId);
            // Alone it is asked for once more, and only that answer says that it is gone.
            const error = () =>
              new GmailBadAnswerError({ operation: 'threads.get', reason: 'message-missing' });
            return message ? { gmailId, message } : { gmailId, error: error() };
          });
        } catch (error) {
          if (signal.aborted) throw signal.reason;
          const own = error instanceof GmailNotFoundError;
          const reason = own
            ? new GmailBadAnswerError({ operation: 'threads.get', reason: 'not-found' })
            : (error as Error);
          return wanted.map((gmailId) => ({ gmailId, error: reason }));
        }
      });
    yield* (await Promise.all(answers)).flat();
  }
  if (singles.length === 0) return;
  for await (const { id, ...outcome } of gmail.getMessages(
    singles,
    { ...options, maxConcurrent: concurrency },
    signal,
  )) {
    yield { gmailId: id, ...outcome };
  }
}
