import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LabelEntry } from '@finito/db';
import { planPushes } from './push-plan.ts';

const prices = { 'messages.modify': 5, 'messages.batchModify': 50 };
const anEntry = (ids: string[], add: string[], remove: string[]): LabelEntry => ({
  id: '1',
  ageMs: 0,
  ids,
  add,
  remove,
});

const labels = fc.uniqueArray(fc.constantFrom('A', 'B', 'C'));
const anyEntries = fc.array(
  fc
    .record({ ids: fc.uniqueArray(fc.nat(30).map(String), { minLength: 1 }), add: labels, remove: labels })
    .map(({ ids, add, remove }) =>
      anEntry(
        ids,
        add,
        remove.filter((label) => !add.includes(label)),
      ),
    ),
  { maxLength: 12 },
);

/** What Gmail would hold, having begun with these labels. */
function applied(changes: { ids: string[]; add: string[]; remove: string[] }[], start: string[]) {
  const held = new Map(Array.from({ length: 31 }, (_, id) => [String(id), new Set(start)]));
  for (const { ids, add, remove } of changes) {
    for (const id of ids) {
      add.forEach((label) => held.get(id)!.add(label));
      remove.forEach((label) => held.get(id)!.delete(label));
    }
  }
  return [...held].map(([id, set]) => [id, [...set].sort()]);
}

describe('a plan of pushes', () => {
  it('leaves Gmail with the same labels as telling every entry in order, and is never dearer', () => {
    fc.assert(
      fc.property(anyEntries, labels, (entries, start) => {
        const pushes = planPushes(entries, prices);
        expect(applied(pushes, start)).toEqual(applied(entries, start));
        const units = pushes.reduce((sum, push) => sum + push.units, 0);
        expect(units).toBeLessThanOrEqual(entries.reduce((sum, { ids }) => sum + 5 * ids.length, 0));
      }),
    );
  });

  it('tells many alike in one batch of at most a thousand, and few one by one', () => {
    const many = Array.from({ length: 1_005 }, (_, n) => `m${n}`);
    const pushes = planPushes([anEntry(many, ['STARRED'], [])], prices);
    expect(pushes.map(({ ids, units }) => [ids.length, units])).toEqual([
      [1_000, 50],
      ...Array.from({ length: 5 }, () => [1, 5]),
    ]);
  });

  it('tells once what was changed to and fro', () => {
    const pushes = planPushes([anEntry(['m'], ['STARRED'], []), anEntry(['m'], [], ['STARRED'])], prices);
    expect(pushes).toEqual([{ ids: ['m'], add: [], remove: ['STARRED'], units: 5 }]);
  });
});
