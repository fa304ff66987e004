// A mailbox that a person believes, the same in every run of a seed: conversations, newsletters,
// receipts, invitations, attachments, in the charsets that real mail comes in.
import { Faker, en } from '@faker-js/faker';
import { conversation } from './sample-conversation.ts';
import { invitation, newsletter, receipt, spam } from './sample-automatic.ts';
import type { MessageSource } from './mailbox.ts';
import { owner, samplePeople } from './sample-people.ts';
import type { Person } from './sample-people.ts';

export interface SampleOptions {
  seed?: number;
  /** Default 5,000. */
  messages?: number;
  /** The day of the newest message; default the last midnight, so that the inbox looks fresh. */
  now?: Date;
}

export interface SampleContext {
  faker: Faker;
  people: Person[];
  /** Milliseconds since 1970. */
  now: number;
  serial: () => number;
}

export const sampleOwner = owner;

/** Oldest first, as they arrived. */
export async function sampleMailbox({
  seed = 7,
  messages = 5_000,
  now = lastMidnight(),
}: SampleOptions = {}): Promise<MessageSource[]> {
  const faker = new Faker({ locale: en, seed });
  let serial = 0;
  const context = { faker, people: samplePeople(faker, 60), now: now.getTime(), serial: () => (serial += 1) };
  const all: MessageSource[] = [];
  while (all.length < messages) {
    // A denser present: half of the mail is from the last tenth of six years.
    const daysAgo = 2_190 * faker.number.float({ min: 0, max: 1 }) ** 3;
    const startedAt = context.now - daysAgo * 86_400_000 - faker.number.int({ min: 0, max: 86_400_000 });
    const made = await makeOne(context, startedAt);
    all.push(...made.slice(0, messages - all.length));
  }
  return all.sort((left, right) => left.internalDate! - right.internalDate!);
}

function makeOne(context: SampleContext, startedAt: number): Promise<MessageSource[]> {
  const kind = context.faker.number.int({ min: 0, max: 99 });
  if (kind < 40) return conversation(context, startedAt);
  if (kind < 72) return newsletter(context, startedAt);
  if (kind < 88) return receipt(context, startedAt);
  if (kind < 95) return invitation(context, startedAt);
  return spam(context, startedAt);
}

function lastMidnight(): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}
