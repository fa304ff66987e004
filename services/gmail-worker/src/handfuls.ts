// What is fetched together, stored together, and suspect together when the process dies with it in hand (DESIGN §3.12).
// Pure: no clock, no I/O.
import { crashesOf } from './fetch-plan.ts';
import type { FetchStep } from './fetch-plan.ts';

export type Handful = FetchStep[];

/** A message that was in hand when this many processes died is quarantined. */
export const maxCrashes = 3;
/** One more death would quarantine it: nothing else may be in hand then that could be to blame, or be blamed. */
const aloneFromCrashes = maxCrashes - 1;
/** What is stored by one statement. Two of these are in memory, and lost, when a process dies. */
const handfulSize = 40;
/** Of eighty suspects one round finds eight that may be to blame, and their third round the one that is. */
const suspectsSize = 8;

/**
 * Suspects come last: if one kills the process again, what its neighbours and the rest of the round need has been done.
 * A handful's messages saw equally many deaths.
 */
export function handfulsOf(steps: readonly FetchStep[]): Handful[] {
  const handfuls: Handful[] = [];
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
  return [
    ...handfuls.filter((handful) => !isSuspect(handful)),
    ...handfuls.filter((handful) => isSuspect(handful)),
  ];
}

function sizeAfter(crashes: number): number {
  if (crashes >= aloneFromCrashes) return 1;
  return crashes > 0 ? suspectsSize : handfulSize;
}

const isSuspect = (handful: Handful) => handful.some((step) => crashesOf(step) > 0);

export const mustBeAlone = (handful: Handful) => handful.some((step) => crashesOf(step) >= aloneFromCrashes);

export const mayBeAskedAhead = (handful: Handful) => !isSuspect(handful);

/**
 * A handful, and the one whose answers travel while this one is stored. Both are noted before either is asked for: an
 * answer is read as soon as it is here, and one that kills must not be mistaken for its neighbours before it.
 */
export function underWay(handfuls: readonly Handful[], index: number): string[] {
  const [handful = [], ahead = []] = handfuls.slice(index, index + 2);
  return idsOf(mayBeAskedAhead(ahead) ? [...handful, ...ahead] : handful);
}

const idsOf = (steps: Handful) => steps.flatMap(({ wanted }) => wanted);
