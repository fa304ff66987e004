// A mailbox that a person believes, the same in every run of a seed: threads, newsletters,
// receipts, invitations, attachments, in the languages and charsets that real mail comes in.
import type { MessageSource } from '../mailbox/mailbox.ts';
import { codeDiscussion } from './code-discussion.ts';
import { sampleContext } from './context.ts';
import type { SampleContext } from './context.ts';
import { createThreads } from './thread.ts';
import { invitation } from './invitation.ts';
import { newsletter } from './newsletter.ts';
import { notice, unwanted } from './notice.ts';
import { owner } from './people.ts';
import { shopOrder } from './shop-order.ts';

export interface SampleOptions {
  /** Default 7. */
  seed?: number;
  /** Default 5,000. */
  messages?: number;
  /** No message is later; default the last midnight, so that the inbox looks fresh. */
  now?: Date;
}

export const sampleOwner = owner;

const day = 86_400_000;
const years = 6;

/** Oldest first, as they arrived. */
export async function sampleMailbox({
  seed = 7,
  messages = 5_000,
  now = lastMidnight(),
}: SampleOptions = {}): Promise<MessageSource[]> {
  const context = sampleContext(seed, now.getTime());
  const makeOne = maker(context);
  const all: MessageSource[] = [];
  for (const at of times(context, Math.ceil(messages / messagesPerOccasion))) all.push(...makeOne(at));
  while (all.length < messages) for (const at of times(context, 10)) all.push(...makeOne(at));
  // What is too much is taken from the beginning, where nobody looks.
  return all.sort((left, right) => left.internalDate! - right.internalDate!).slice(-messages);
}

// A little less than the true mean, so that little is thrown away.
const messagesPerOccasion = 2.3;

/** When something was sent, the oldest first: more of it lately, and little at night. */
function times({ random, now }: SampleContext, count: number): number[] {
  const some = Array.from({ length: count }, () => {
    const daysAgo = Math.ceil(years * 365 * random.next() ** 1.6);
    const hour = 6 + 17 * ((random.next() + random.next()) / 2);
    return Math.trunc(now - daysAgo * day + hour * 3_600_000);
  });
  return some.sort((left, right) => left - right);
}

type Maker = (at: number) => MessageSource[];

function maker(context: SampleContext): Maker {
  const threads = createThreads(context);
  const shares: [share: number, make: Maker][] = [
    [24, threads.thread],
    [9, threads.note],
    [28, (at) => newsletter(context, at)],
    [9, (at) => shopOrder(context, at)],
    [8, (at) => invitation(context, at)],
    [5, (at) => codeDiscussion(context, at)],
    [12, (at) => notice(context, at)],
    [5, (at) => unwanted(context, at)],
  ];
  return (at) => {
    let roll = context.random.between(1, 100);
    const chosen = shares.find(([share]) => (roll -= share) <= 0);
    return chosen![1](at);
  };
}

function lastMidnight(): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}
