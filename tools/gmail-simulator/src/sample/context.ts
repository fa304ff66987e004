import { faker as english } from '@faker-js/faker/locale/en';
import { createRandom } from '../random.ts';
import type { Random } from '../random.ts';
import { pictureOf } from './documents.ts';
import { samplePeople } from './people.ts';
import type { Address, Person } from './people.ts';

/** What all makers of sample mail share. */
export interface SampleContext {
  random: Random;
  people: Person[];
  /** Made once: drawing pixels is dear. */
  pictures: Buffer[];
  /** Nothing is dated later; milliseconds since 1970. */
  now: number;
  /** A Message-ID of the sender's. */
  messageIdOf: (from: Address) => string;
  /** A number that no other message has. */
  serial: () => number;
}

/**
 * Deals the items out in a random order, all of them before any comes again: people tell the same story
 * twice, but not within a week.
 */
export function deckOf<T>({ some }: Random, items: readonly T[]): () => T {
  let deck: T[] = [];
  return () => {
    if (deck.length === 0) deck = some(items, items.length);
    return deck.pop()!;
  };
}

export function sampleContext(seed: number, now: number): SampleContext {
  const random = createRandom(seed);
  english.seed(seed);
  let last = 0;
  const serial = () => (last += 1);
  return {
    random,
    people: samplePeople(english, random, 70),
    pictures: Array.from({ length: 12 }, () => pictureOf(random)),
    now,
    serial,
    messageIdOf: ({ address }) =>
      `<${(serial() + 46_656).toString(36)}.${random.between(1e9, 9e9).toString(36)}@${address.split('@')[1]}>`,
  };
}
