// Fetches what the ledger says is pending, newest first, and stores it. Twice: a message that is
// stored has left the ledger and is not asked for again. Dying half-way costs the units of the
// answers in flight; the messages are still pending.
import { isInScope, messageIdFrom, RowRefusedError } from '@finito/db';
import type { LabelScope, MessageRow, Pending, SettledMessage } from '@finito/db';
import type { QuotaLane } from '@finito/quota';
import { faultOf } from './fault-of.ts';
import { concurrency, fetchMessages } from './fetch-messages.ts';
import type { Outcome } from './fetch-messages.ts';
import { affordable, naiveUnitsOf, planRound, unitsOf } from './fetch-plan.ts';
import type { FetchStep } from './fetch-plan.ts';
import { handfulsOf, maxCrashes, mayBeAskedAhead, mustBeAlone, underWay } from './handfuls.ts';
import type { Handful } from './handfuls.ts';
import { messageRow } from './message-row.ts';
import type { Meter } from './charge.ts';
import type { Slice, SliceNeeds } from './slice.ts';

export interface FetchOptions {
  lane: QuotaLane;
  /** Most messages of one round: bounds what a round asks of the quota. */
  limit: number;
  withContent: boolean;
  /** What turns out to be outside it is gone; undefined: nothing is. */
  scope: LabelScope | undefined;
}

interface Failure {
  gmailId: string;
  error: Error;
}

/** This many failures and no success are the mailbox's fault, not the messages'. */
const mailboxFailures = 10;

/** One round. Returns how many messages it stored; 0 means that going on at once would help nobody. */
export async function fetchPending(
  needs: SliceNeeds,
  slice: Slice,
  { lane, limit, withContent, scope }: FetchOptions,
): Promise<number> {
  const { db, metrics, profile } = needs;
  const pending = await db.ledger.pending(slice.lease.mailboxId, limit);
  const killers = pending.filter(({ crashes }) => crashes >= maxCrashes);
  if (killers.length > 0) {
    const reason = 'crashed-worker';
    await settle(
      needs,
      slice,
      killers.map(({ gmailId }) => ({ gmailId, outcome: 'failed', reason })),
    );
    return 0;
  }
  const round = planRound(pending, profile, limit);
  if (!round) return 0;
  const { units, minUnits, worthUnits } = round;
  const price = profile.units['messages.get'];
  const method = 'messages.get';
  return slice.charged({ lane, method, units, minUnits, worthUnits, permits: concurrency }, async (meter) => {
    const steps = affordable(round, meter.units, price);
    metrics.planned(unitsOf(steps), naiveUnitsOf(steps, profile.units));
    return runRound(needs, slice, { steps, pending, withContent, scope, meter, price });
  });
}

interface Round {
  steps: FetchStep[];
  pending: Pending[];
  withContent: boolean;
  scope: LabelScope | undefined;
  meter: Meter;
  /** Of one message. */
  price: number;
}

async function runRound(needs: SliceNeeds, slice: Slice, round: Round): Promise<number> {
  const fresh: string[] = [];
  try {
    return await runHandfuls(needs, slice, round, fresh);
  } finally {
    await tell(needs, slice, fresh);
  }
}

/** `fresh` receives what was not stored before. */
async function runHandfuls(needs: SliceNeeds, slice: Slice, round: Round, fresh: string[]): Promise<number> {
  const attempts = new Map(round.pending.map((message) => [message.gmailId, message.attempts]));
  const count = (failures: Failure[]) =>
    settle(
      needs,
      slice,
      failures.map((failure) => countedOutcome(failure, attempts)),
    );
  const doubtful: Failure[] = [];
  let storedInAll = 0;
  const handfuls = handfulsOf(round.steps);
  let asked: Promise<Answers> | undefined;
  for (const [index, handful] of handfuls.entries()) {
    if (index > 0 && !asked && slice.isOver()) break;
    const answers = await inCompany(needs, handful, async () => {
      await slice.takeInHand(underWay(handfuls, index));
      return asked ?? askFor(slice, handful, round);
    });
    const next = handfuls[index + 1];
    asked =
      next && mayBeAskedAhead(next) && !answers.other && !slice.isOver()
        ? needs.company.together(() => askFor(slice, next, round))
        : undefined;
    asked?.catch(() => undefined); // whoever waits for it hears it
    // Doubts may cost one more call.
    const isLastCall = !next && doubtful.length + answers.failures.length === 0;
    const settled = isLastCall ? round.meter.settle() : undefined;
    const { stored, refused } = await store(needs, slice, answers.rows, {
      fresh,
      next: next && mustBeAlone(next) ? [] : underWay(handfuls, index + 1),
    });
    await settle(needs, slice, answers.gone);
    await settled;
    storedInAll += stored;
    doubtful.push(...answers.failures, ...refused);
    if (storedInAll > 0) await count(doubtful.splice(0));
    // What was answered is kept; a refusal or an outage then ends the slice.
    if (answers.other) throw answers.other;
  }
  const [doubt] = doubtful;
  if (doubt && !(await isMailboxReadable(needs, slice, round, doubtful.length))) throw doubt.error;
  await count(doubtful);
  return storedInAll;
}

function inCompany<T>({ company }: SliceNeeds, handful: Handful, work: () => Promise<T>): Promise<T> {
  return mustBeAlone(handful) ? company.alone(work) : company.together(work);
}

interface Answers {
  rows: MessageRow[];
  gone: SettledMessage[];
  failures: Failure[];
  /** A fault that is not a message's own. */
  other?: Error;
}

/** Rejects by the slice's abort only. */
async function askFor(slice: Slice, steps: FetchStep[], round: Round): Promise<Answers> {
  const { meter, withContent } = round;
  const answers: Answers = { rows: [], gone: [], failures: [] };
  meter.use(unitsOf(steps.filter(({ kind }) => kind === 'thread')), 'threads.get');
  meter.use(unitsOf(steps.filter(({ kind }) => kind === 'message')), 'messages.get');
  const options = { withContent, signal: slice.signal };
  await fetchMessages(slice.gmail, steps, options, (outcome) => take(outcome, round, answers));
  return answers;
}

function take(outcome: Outcome, { withContent, scope }: Round, answers: Answers): void {
  const { gmailId } = outcome;
  try {
    if ('error' in outcome) throw outcome.error;
    const row = messageRow(outcome.message, { withContent });
    if (scope && !isInScope(row.labelIds, scope)) answers.gone.push({ gmailId, outcome: 'gone' });
    else answers.rows.push(row);
  } catch (thrown) {
    const error = thrown as Error;
    const fault = faultOf(error);
    if (fault.kind === 'gone') answers.gone.push({ gmailId, outcome: 'gone' });
    else if (fault.kind === 'own') answers.failures.push({ gmailId, error });
    else answers.other ??= error;
  }
}

/**
 * Stores rows and notes `next` as what is in hand. One row that Postgres cannot hold must not keep out the others:
 * then each is stored for itself.
 */
async function store(
  needs: SliceNeeds,
  slice: Slice,
  rows: MessageRow[],
  { fresh, next }: { fresh: string[]; next?: string[] },
): Promise<{ stored: number; refused: Failure[] }> {
  const { db, metrics } = needs;
  try {
    const stored = await db.messages.store(slice.lease, slice.sync.generation, rows, next);
    if (next && rows.length > 0) slice.haveInHand(next);
    metrics.stored(stored.length);
    if (slice.sync.state === 'live') observeDelays(needs, rows, stored);
    fresh.push(...stored);
    return { stored: rows.length, refused: [] };
  } catch (error) {
    if (!(error instanceof RowRefusedError)) throw error;
    if (rows.length === 1) return { stored: 0, refused: [{ gmailId: rows[0]!.gmailId, error }] };
    const refused: Failure[] = [];
    for (const row of rows) refused.push(...(await store(needs, slice, [row], { fresh })).refused);
    return { stored: rows.length - refused.length, refused };
  }
}

function observeDelays({ metrics }: SliceNeeds, rows: MessageRow[], fresh: string[]): void {
  const now = Date.now();
  for (const { gmailId, receivedAt } of rows) {
    if (fresh.includes(gmailId)) metrics.newMessageDelayed((now - receivedAt.getTime()) / 1_000);
  }
}

async function tell({ events }: SliceNeeds, { lease }: Slice, fresh: string[]): Promise<void> {
  if (fresh.length === 0) return;
  const { mailboxId, userId } = lease;
  const ids = fresh.map((gmailId) => messageIdFrom(mailboxId, gmailId));
  await events.publish(userId, [{ type: 'message-stored', mailboxId, ids }]);
}

/** Nothing could be read. A message that is stored was readable once: if it still is, the others are at fault. */
async function isMailboxReadable(
  { db }: SliceNeeds,
  slice: Slice,
  { meter, price }: Round,
  failures: number,
): Promise<boolean> {
  const known = await db.messages.newestId(slice.lease.mailboxId);
  if (known === undefined) return failures < mailboxFailures;
  meter.use(price, 'messages.get');
  try {
    await slice.gmail.getMessage(known, { format: 'minimal' }, slice.signal);
    return true;
  } catch (error) {
    if (slice.signal.aborted) throw slice.signal.reason;
    return faultOf(error).kind === 'gone';
  }
}

function countedOutcome({ gmailId, error }: Failure, attempts: Map<string, number>): SettledMessage {
  const fault = faultOf(error);
  if (fault.kind !== 'own') throw error;
  const isLast = (attempts.get(gmailId) ?? 0) + 1 >= fault.maxAttempts;
  return { gmailId, outcome: isLast ? 'failed' : 'retry', reason: fault.reason };
}

async function settle({ db, metrics }: SliceNeeds, slice: Slice, outcomes: SettledMessage[]): Promise<void> {
  if (outcomes.length === 0) return;
  await db.ledger.settle(slice.lease, outcomes);
  for (const { outcome } of outcomes) metrics.settled(outcome);
}
