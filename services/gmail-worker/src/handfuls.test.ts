import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FetchStep } from './fetch-plan.ts';
import { handfulsOf, mayBeAskedAhead, mustBeAlone, underWay } from './handfuls.ts';
import type { Handful } from './handfuls.ts';

const message = (id: string, crashes = 0): FetchStep => ({
  ...{ kind: 'message', units: 20, crashes },
  wanted: [id],
});
const messages = (name: string, count: number, crashes = 0) =>
  Array.from({ length: count }, (_, n) => message(`${name}${n}`, crashes));
const sizes = (handfuls: Handful[]) =>
  handfuls.map((handful) => handful.flatMap(({ wanted }) => wanted).length);

const anySteps = fc
  .array(
    fc.oneof(
      fc.record({ kind: fc.constant('message' as const), crashes: fc.nat(2) }),
      fc.record({ kind: fc.constant('thread' as const), size: fc.integer({ min: 3, max: 90 }) }),
    ),
    { maxLength: 90 },
  )
  .map((steps) =>
    steps.map((step, n): FetchStep => {
      if (step.kind === 'message') return message(`m${n}`, step.crashes);
      const wanted = Array.from({ length: step.size }, (_, of) => `m${n}-${of}`);
      return { kind: 'thread', threadId: `t${n}`, wanted, units: 40 };
    }),
  );

describe('handfuls', () => {
  it('are smaller with each death that their messages saw, and suspects come after the others', () => {
    const handfuls = handfulsOf([
      ...messages('twice', 2, 2),
      ...messages('once', 10, 1),
      ...messages('fresh', 50),
    ]);
    expect(sizes(handfuls)).toEqual([40, 10, 1, 1, 8, 2]);
    expect(handfuls.map(mustBeAlone)).toEqual([false, false, true, true, false, false]);
    expect(handfuls.map(mayBeAskedAhead)).toEqual([true, true, false, false, false, false]);
  });

  it('hold each step exactly once, and never messages that saw more deaths than others of the handful', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const handfuls = handfulsOf(steps);
        expect(new Set(handfuls.flat())).toEqual(new Set(steps));
        expect(handfuls.flat()).toHaveLength(steps.length);
        for (const handful of handfuls) {
          const deaths = handful.map((step) => (step.kind === 'message' ? step.crashes : 0));
          expect(new Set(deaths).size).toBe(1);
        }
      }),
    );
  });

  it('keep a thread whole, which alone may go beyond the size of one', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const handful of handfulsOf(steps)) {
          const beforeLast = handful.slice(0, -1).flatMap(({ wanted }) => wanted).length;
          expect(beforeLast).toBeLessThan(40);
        }
      }),
    );
  });

  it('are under way by two, but a suspect one by itself', () => {
    const handfuls = handfulsOf([...messages('once', 1, 1), ...messages('fresh', 80)]);
    const counts = [0, 1, 2, 3].map((index) => underWay(handfuls, index).length);
    expect(counts).toEqual([80, 40, 1, 0]);
  });
});
