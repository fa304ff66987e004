import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Pending } from '@finito/db';
import { profileByName } from '@finito/quota';
import { affordable, naiveUnitsOf, notInThread, planFetch, planRound, unitsOf } from './fetch-plan.ts';

const prices = { 'messages.get': 20, 'threads.get': 40 };
const unlimited = { units: Infinity, messages: Infinity };

function pendingOf(threads: Record<string, number>, changes: Partial<Pending> = {}): Pending[] {
  return Object.entries(threads).flatMap(([threadId, size]) =>
    Array.from({ length: size }, (_, n) => ({
      gmailId: `${threadId}${n}`,
      threadId,
      ...{ attempts: 0, crashes: 0, reason: null },
      ...changes,
    })),
  );
}

const anyPending = fc.array(
  fc.record({
    thread: fc.nat(8),
    attempts: fc.nat(4),
    crashes: fc.nat(2),
    reason: fc.constantFrom(null, notInThread),
  }),
  { maxLength: 60 },
);
const asPending = (
  messages: { thread: number; attempts: number; crashes: number; reason: string | null }[],
) =>
  messages.map(({ thread, ...rest }, n): Pending => ({ gmailId: `m${n}`, threadId: `t${thread}`, ...rest }));

describe('a plan', () => {
  it('fetches a thread of three or more at once, and fewer one by one', () => {
    const plan = planFetch(pendingOf({ a: 3, b: 2, c: 1 }), prices, unlimited);
    expect(plan.map(({ kind, wanted }) => [kind, wanted.length])).toEqual([
      ['thread', 3],
      ['message', 1],
      ['message', 1],
      ['message', 1],
    ]);
    expect([unitsOf(plan), naiveUnitsOf(plan, prices)]).toEqual([100, 120]);
  });

  it('covers each message exactly once, and is never dearer than one by one', () => {
    fc.assert(
      fc.property(anyPending, (messages) => {
        const pending = asPending(messages);
        const plan = planFetch(pending, prices, unlimited);
        const wanted = plan.flatMap((step) => step.wanted);
        expect(wanted.toSorted()).toEqual(pending.map(({ gmailId }) => gmailId).toSorted());
        expect(unitsOf(plan)).toBeLessThanOrEqual(naiveUnitsOf(plan, prices));
      }),
    );
  });

  it('costs no more than any other way of fetching fresh messages', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1, maxLength: 2 }), fc.integer({ min: 1, max: 9 })),
        (threads) => {
          const cheapest = Object.values(threads).reduce((sum, size) => sum + Math.min(size * 20, 40), 0);
          expect(unitsOf(planFetch(pendingOf(threads), prices, unlimited))).toBe(cheapest);
        },
      ),
    );
  });

  it('stays within its limits, but always has a step', () => {
    fc.assert(
      fc.property(anyPending, fc.nat(300), fc.nat(20), (messages, units, count) => {
        const pending = asPending(messages);
        const plan = planFetch(pending, prices, { units, messages: count });
        expect(plan.length > 0).toBe(pending.length > 0);
        if (plan.length > 1) expect(unitsOf(plan)).toBeLessThanOrEqual(units);
        const beforeLast = plan.slice(0, -1).flatMap(({ wanted }) => wanted).length;
        if (plan.length > 1) expect(beforeLast).toBeLessThan(count);
      }),
    );
  });

  it('asks alone for what its thread did not hold, or what failed with its thread three times', () => {
    const missing = pendingOf({ a: 3 }, { attempts: 1, reason: notInThread });
    const failing = pendingOf({ b: 3 }, { attempts: 3 });
    const oftenTried = pendingOf({ c: 3 }, { attempts: 2 });
    const plan = planFetch([...missing, ...failing, ...oftenTried], prices, unlimited);
    expect(plan.map(({ kind }) => kind)).toEqual([...Array<string>(6).fill('message'), 'thread']);
  });

  it('takes first what was in hand when a process died, without its thread', () => {
    const suspects = pendingOf({ s: 3 }, { crashes: 1 });
    const plan = planFetch([...pendingOf({ a: 3, b: 1 }), ...suspects], prices, unlimited);
    expect(plan.map(({ kind, wanted }) => [kind, wanted[0]])).toEqual([
      ...[
        ['message', 's0'],
        ['message', 's1'],
        ['message', 's2'],
      ],
      ...[
        ['thread', 'a0'],
        ['message', 'b0'],
      ],
    ]);
  });
});

describe('a round', () => {
  const profile = { units: profileByName('2026-05').units, userUnitsPerMinute: 6_000 };

  it('does with what its first step takes, and is worth a job from two seconds of the quota on', () => {
    const few = { units: 80, minUnits: 40, worthUnits: 80 };
    expect(planRound(pendingOf({ a: 1, b: 90 }), profile, 100)).toMatchObject(few);
    const many = pendingOf(Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`t${n}`, 1])));
    expect(planRound(many, profile, 100)).toMatchObject({ units: 2_020, minUnits: 40, worthUnits: 200 });
    expect(planRound(many, { ...profile, userUnitsPerMinute: 600 }, 100)).toMatchObject({ worthUnits: 40 });
    expect(planRound([], profile, 100)).toBeUndefined();
  });

  it('does of its steps what was granted, one price of a message less', () => {
    const round = planRound(pendingOf({ a: 3, b: 2 }), profile, 100)!;
    expect(affordable(round, 100, 20).map(({ units }) => units)).toEqual([40, 20, 20]);
    expect(affordable(round, 99, 20).map(({ units }) => units)).toEqual([40, 20]);
    expect(affordable(round, 60, 20).map(({ units }) => units)).toEqual([40]);
  });
});
