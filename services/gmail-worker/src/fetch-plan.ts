// The cheapest way to fetch messages whose threads are known: a thread of n wanted messages costs
// one threads.get or n messages.get, whichever is less (DESIGN §3.6). Pure: no clock, no I/O.
import type { Pending } from '@finito/db';

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
export function within(steps: readonly FetchStep[], limits: PlanLimits): FetchStep[] {
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

/**
 * Cuts a plan into handfuls: a process that dies loses the answers of what is in hand, and makes it suspect. A handful's
 * messages saw equally many deaths; `sizeAfter` says how many of them may be tried together.
 */
export function handfulsOf(
  steps: readonly FetchStep[],
  sizeAfter: (crashes: number) => number,
): FetchStep[][] {
  const handfuls: FetchStep[][] = [];
  let room = 0;
  let crashes = 0;
  for (const step of steps) {
    if (room <= 0 || crashesOf(step) !== crashes) {
      handfuls.push([]);
      crashes = crashesOf(step);
      room = sizeAfter(crashes);
    }
    handfuls.at(-1)!.push(step);
    room -= step.wanted.length;
  }
  return handfuls;
}

export function crashesOf(step: FetchStep): number {
  return step.kind === 'message' ? step.crashes : 0;
}

function single(gmailId: string, prices: UnitPrices, crashes = 0): FetchStep {
  return { kind: 'message', wanted: [gmailId], units: prices['messages.get'], crashes };
}
