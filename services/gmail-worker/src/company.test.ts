import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCompany } from './company.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('what must be alone never overlaps with anything, whatever comes when and fails or not', async () => {
  const kind = fc.record({ isAlone: fc.boolean(), turns: fc.nat(4), fails: fc.boolean(), after: fc.nat(3) });
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { maxLength: 12 }), async (works) => {
      const company = createCompany(10_000);
      const inHand = { together: 0, alone: 0 };
      let ended = 0;
      const all = works.map(async ({ isAlone, turns, fails, after }) => {
        for (let passed = 0; passed < after; passed += 1) await turn();
        const name = isAlone ? 'alone' : 'together';
        await company[name](async () => {
          inHand[name] += 1;
          expect(isAlone ? inHand.together + inHand.alone : inHand.alone + 1).toBe(1);
          for (let passed = 0; passed < turns; passed += 1) await turn();
          inHand[name] -= 1;
          ended += 1;
          if (fails) throw new Error('as planned');
        }).catch((error: Error) => expect(error.message).toBe('as planned'));
      });
      await Promise.all(all);
      expect(ended).toBe(works.length);
    }),
    { numRuns: 200 },
  );
});

it('nobody waits for one that hangs longer than its patience', async () => {
  const company = createCompany(50);
  const hanging = () => new Promise<never>(() => undefined);
  void company.together(hanging);
  expect(await company.alone(async () => 'alone')).toBe('alone');
  void company.alone(hanging);
  expect(await company.together(async () => 'together')).toBe('together');
});
