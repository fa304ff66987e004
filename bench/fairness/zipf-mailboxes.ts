import type { Pending } from '@finito/db';
import type { FetchStep } from '../../services/gmail-worker/src/fetch-plan.ts';

export interface SimulatedMailbox {
  id: string;
  /** Messages fetched so far. */
  stored: number;
  doneAt: number | undefined;
  /** The newest pending messages, and with each all that is pending of its thread. */
  newest(limit: number): Pending[];
  store(steps: readonly FetchStep[]): void;
}

/** How many messages threads have, as often as here: most have one (research on the real mailbox: 1.7 on average). */
const threadSizes = [1, 1, 1, 1, 1, 1, 2, 2, 3, 6];
const smallest = 60;

/** The n-th mailbox has an n-th of the messages of the first, but some; the last is the smallest. */
export function zipfMailboxes(
  { mailboxes, largest }: { mailboxes: number; largest: number },
  random: () => number,
): SimulatedMailbox[] {
  return Array.from({ length: mailboxes }, (_, n) =>
    aMailbox(`m${n}`, Math.max(smallest, Math.round(largest / (n + 1))), random),
  );
}

/** Threads are whole and in order, newest first: what is pending is always the rest of them. */
function aMailbox(id: string, messages: number, random: () => number): SimulatedMailbox {
  const sizes: number[] = [];
  for (let left = messages; left > 0; left -= sizes.at(-1)!) {
    sizes.push(Math.min(left, threadSizes[Math.floor(random() * threadSizes.length)]!));
  }
  const fetched = new Map<number, number>();
  let first = 0;
  const pendingOf = (thread: number): Pending[] =>
    Array.from({ length: sizes[thread]! - (fetched.get(thread) ?? 0) }, (_, n) => ({
      ...{ gmailId: `${thread}.${n}`, threadId: String(thread) },
      ...{ attempts: 0, crashes: 0, reason: null },
    }));
  const mailbox: SimulatedMailbox = {
    ...{ id, stored: 0, doneAt: undefined },
    newest(limit) {
      const pending: Pending[] = [];
      for (let thread = first; thread < sizes.length && pending.length < limit; thread += 1) {
        pending.push(...pendingOf(thread));
      }
      return pending;
    },
    store(steps) {
      for (const id of steps.flatMap(({ wanted }) => wanted)) {
        const thread = Number(id.split('.')[0]);
        fetched.set(thread, (fetched.get(thread) ?? 0) + 1);
        mailbox.stored += 1;
      }
      while (first < sizes.length && fetched.get(first) === sizes[first]) fetched.delete(first++);
    },
  };
  return mailbox;
}
