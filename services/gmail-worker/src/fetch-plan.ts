// The cheapest way to fetch messages whose threads are known: a thread of n wanted messages costs
// one threads.get or n messages.get, whichever is less (DESIGN §3.6). Pure: no clock, no I/O.
import type { Pending } from '@finito/db';
import type { QuotaProfile } from '@finito/quota';

export type FetchStep =
  | { kind: 'thread'; threadId: string; wanted: string[]; units: number }
  | {
      kind: 'message';
      wanted: [string];
      units: number;
      /** How many processes died with it in hand: more than none make it a suspect. */
      crashes: number;
    };

export interface UnitPrices {
  'messages.get': number;
  'threads.get': number;
}

export interface PlanLimits {
  units: number;
  /** Whole threads are kept together, so the last one may go beyond. */
  messages: number;
}

/** A thread whose answer failed this often may hold one message that spoils it: each is fetched alone then. */
const maxThreadAttempts = 3;
/** Why a message is tried again whose thread was answered without it: asked for alone, it is found or gone. */
export const notInThread = 'not-in-thread';

export interface PlannedRound {
  steps: FetchStep[];
  /** What it asks of the quota: one price more than its steps, so that doubts about the mailbox can be settled. */
  units: number;
  /** Fewer do not do. */
  minUnits: number;
  /** Fewer are not worth a job, where more are soon to come. */
  worthUnits: number;
}

/** A round of at most so many messages, or of their whole threads. Undefined: nothing is pending. */
export function planRound(
  pending: readonly Pending[],
  profile: Pick<QuotaProfile, 'units' | 'userUnitsPerMinute'>,
  limit: number,
): PlannedRound | undefined {
  const price = profile.units['messages.get'];
  const steps = planFetch(pending, profile.units, { units: limit * price, messages: 4 * limit });
  const [first] = steps;
  if (!first) return undefined;
  const units = unitsOf(steps) + price;
  const minUnits = first.units + price;
  // Two seconds' worth: the crumbs of a full window would cost a job each.
  const worthUnits = Math.min(units, Math.max(minUnits, Math.floor(profile.userUnitsPerMinute / 30)));
  return { steps, units, minUnits, worthUnits };
}

/** What of a round can be done with so many units granted. */
export function affordable({ steps }: PlannedRound, granted: number, price: number): FetchStep[] {
  return within(steps, { units: granted - price, messages: Infinity });
}

/**
 * Steps in the order of the newest message of each, within the limits but at least one. A message that was in hand when
 * a process died comes first, without its thread, so that if it kills again few others are suspect with it.
 */
export function planFetch(pending: readonly Pending[], prices: UnitPrices, limits: PlanLimits): FetchStep[] {
  const suspects = pending.filter(({ crashes }) => crashes > 0);
  const steps: FetchStep[] = suspects.map(({ gmailId, crashes }) => single(gmailId, prices, crashes));
  const threads = new Map<string, string[]>();
  for (const message of pending) {
    if (message.crashes > 0 || isAlone(message)) continue;
    const { gmailId, threadId } = message;
    const wanted = threads.get(threadId);
    if (wanted) wanted.push(gmailId);
    else threads.set(threadId, [gmailId]);
  }
  for (const message of pending) {
    const { gmailId, threadId } = message;
    if (message.crashes > 0) continue;
    if (isAlone(message)) steps.push(single(gmailId, prices));
    const wanted = threads.get(threadId);
    if (!wanted || isAlone(message)) continue;
    threads.delete(threadId);
    if (wanted.length * prices['messages.get'] > prices['threads.get']) {
      steps.push({ kind: 'thread', threadId, wanted, units: prices['threads.get'] });
    } else {
      steps.push(...wanted.map((id) => single(id, prices)));
    }
  }
  return within(steps, limits);
}

function isAlone({ attempts, reason }: Pending): boolean {
  return attempts >= maxThreadAttempts || reason === notInThread;
}

export function unitsOf(steps: readonly FetchStep[]): number {
  return steps.reduce((sum, { units }) => sum + units, 0);
}

/** What the same messages cost one by one: what most programs pay. */
export function naiveUnitsOf(steps: readonly FetchStep[], prices: UnitPrices): number {
  return steps.reduce((sum, { wanted }) => sum + wanted.length * prices['messages.get'], 0);
}

/** The first steps that fit; at least one, or a step dearer than the limit would wait for ever. */
function within(steps: readonly FetchStep[], limits: PlanLimits): FetchStep[] {
  let units = 0;
  let messages = 0;
  const end = steps.findIndex((step) => {
    const isFull = messages >= limits.messages || units + step.units > limits.units;
    units += step.units;
    messages += step.wanted.length;
    return isFull;
  });
  return end === -1 ? [...steps] : steps.slice(0, Math.max(1, end));
}

export function crashesOf(step: FetchStep): number {
  return step.kind === 'message' ? step.crashes : 0;
}

function single(gmailId: string, prices: UnitPrices, crashes = 0): FetchStep {
  return { kind: 'message', wanted: [gmailId], units: prices['messages.get'], crashes };
}
