import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addUpBatches } from './add-up-batches.ts';
import type { UnsentBatch } from './add-up-batches.ts';
import { countClientEvents } from './count-client-events.ts';

const hour = 3_600_000;
const receivedAt = Date.UTC(2026, 10, 24, 12, 30);

const anyBatch: fc.Arbitrary<UnsentBatch> = fc
  .record({
    id: fc.option(fc.uuid(), { nil: undefined }),
    clientKey: fc.constantFrom('ann', 'bob', 'cid'),
    agos: fc.array(fc.constantFrom(0, hour, 30 * hour), { minLength: 1, maxLength: 4 }),
    type: fc.constantFrom('error' as const, 'gmail_request' as const),
  })
  .map(({ agos, type, ...head }) => {
    const events = agos.map((ago) => ({ type, timestamp: receivedAt - ago, details: { latency: 5 } }));
    return { ...head, receivedAt, counts: countClientEvents(events, receivedAt) };
  });

/** What the totals become: by hour the sum of each field, and who sent. */
function totalsOf(batches: UnsentBatch[]) {
  const totals: Record<number, { fields: Record<string, number>; clients: Set<string> }> = {};
  for (const { clientKey, hours, others = [] } of addUpBatches(batches)) {
    for (const [at, fields] of hours) {
      const total = (totals[at] ??= { fields: {}, clients: new Set() });
      for (const [name, count] of Object.entries(fields))
        total.fields[name] = (total.fields[name] ?? 0) + count;
      for (const sender of [clientKey, ...others.map((other) => other.clientKey)]) total.clients.add(sender);
    }
  }
  return totals;
}

describe('batches that leave together', () => {
  it('change the totals as if each had left alone', () => {
    fc.assert(
      fc.property(fc.array(anyBatch, { maxLength: 20 }), (batches) => {
        const alone = totalsOf(
          batches.map((batch, at) => ({ ...structuredClone(batch), id: `alone ${at}` })),
        );
        expect(totalsOf(batches)).toEqual(alone);
      }),
    );
  });

  it('are told apart by sender and by what each of them counted', () => {
    fc.assert(
      fc.property(fc.array(anyBatch, { maxLength: 20 }), (batches) => {
        const facts = ({ clientKey, events, errors }: Record<'clientKey' | 'events' | 'errors', unknown>) =>
          JSON.stringify([clientKey, events, errors]);
        const sent = batches.map(({ clientKey, counts }) => facts({ clientKey, ...counts }));
        const told = addUpBatches(batches).flatMap(({ others = [], ...first }) => [first, ...others]);
        expect(told.map(facts).sort()).toEqual(sent.sort());
      }),
    );
  });

  it('are one where nothing tells them apart, but never one that its client may send again', () => {
    const unnamed = (id?: string): UnsentBatch => ({
      ...{ id, receivedAt, clientKey: 'ann' },
      counts: countClientEvents([{ type: 'retry', timestamp: receivedAt, details: {} }], receivedAt),
    });
    const ids = addUpBatches([unnamed(), unnamed('a'), unnamed(), unnamed('b'), unnamed()]).map(
      ({ id }) => id,
    );
    expect(ids).toHaveLength(3);
    expect(ids).toEqual(expect.arrayContaining(['a', 'b']));
  });
});
