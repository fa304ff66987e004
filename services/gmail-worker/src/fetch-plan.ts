// The cheapest way to fetch messages whose threads are known: a thread of n wanted messages costs
// one threads.get or n messages.get, whichever is less (DESIGN §3.6). Pure: no clock, no I/O.
import type { Pending } from '@finito/db';

export type FetchStep =
  | { kind: 'thread'; threadId: string; wanted: string[]; units: number }
  | { kind: 'message'; wanted: [string]; units: number };

export interface UnitPrices {
  'messages.get': number;
  'threads.get': number;
}

/**
 * Steps in the order of the newest message of each, up to `budget` units. A message that failed
 * before is fetched alone, so that it cannot spoil its thread; one that was in hand when a process
 * died is a step of its own plan, so that if it kills again it is known.
 */
export function planFetch(pending: readonly Pending[], prices: UnitPrices, budget: number): FetchStep[] {
  const suspect = pending.find(({ crashes }) => crashes > 0);
  if (suspect) return [single(suspect.gmailId, prices)];

  const steps: FetchStep[] = [];
  const threads = new Map<string, string[]>();
  for (const { gmailId, threadId, attempts } of pending) {
    if (attempts > 0) continue;
    const wanted = threads.get(threadId);
    if (wanted) wanted.push(gmailId);
    else threads.set(threadId, [gmailId]);
  }
  for (const { gmailId, threadId, attempts } of pending) {
    if (attempts > 0) {
      steps.push(single(gmailId, prices));
      continue;
    }
    const wanted = threads.get(threadId);
    if (!wanted) continue;
    threads.delete(threadId);
    if (wanted.length * prices['messages.get'] > prices['threads.get']) {
      steps.push({ kind: 'thread', threadId, wanted, units: prices['threads.get'] });
    } else {
      steps.push(...wanted.map((id) => single(id, prices)));
    }
  }
  return within(steps, budget);
}

export function unitsOf(steps: readonly FetchStep[]): number {
  return steps.reduce((sum, { units }) => sum + units, 0);
}

/** What the same messages cost one by one: what most programs pay. */
export function naiveUnitsOf(steps: readonly FetchStep[], prices: UnitPrices): number {
  return steps.reduce((sum, { wanted }) => sum + wanted.length * prices['messages.get'], 0);
}

/** The first steps that fit a budget; at least one, or a step dearer than the budget would wait for ever. */
export function within(steps: readonly FetchStep[], budget: number): FetchStep[] {
  let spent = 0;
  const fitting = steps.findIndex(({ units }) => (spent += units) > budget);
  return fitting === -1 ? [...steps] : steps.slice(0, Math.max(1, fitting));
}

function single(gmailId: string, prices: UnitPrices): FetchStep {
  return { kind: 'message', wanted: [gmailId], units: prices['messages.get'] };
}
