// A client's event is declared twice, in the HTTP contract and for the queue, because libs do not import each other.
import { describe, expect, it } from '@jest/globals';
import { clientEvent as eventOfApi, maxClientEvents as maxOfApi } from '@finito/api';
import { operations } from '@finito/gmail';
import {
  clientEvent as eventOfQueue,
  clientEventFault,
  clientOperations,
  maxClientEvents as maxOfQueue,
} from '@finito/jobs';
import fc from 'fast-check';

const maybe = (...values: unknown[]) => fc.oneof(fc.constantFrom(...values), fc.anything());
const numbers = [0, -1, 1.5, 1e3, 1e3 + 1, 3.6e6, 3.6e6 + 1, 1e6, 8.64e15, 8.64e15 + 1, NaN, Infinity];
const details = fc.record(
  {
    operation: maybe('messages.get', 'mine', 'x'.repeat(64), 'x'.repeat(65)),
    latency: maybe(...numbers),
    retryCount: maybe(...numbers),
    circuitBreakerState: maybe('open', 'half-open', 'closed', 'OPEN'),
    queueSize: maybe(...numbers),
    secret: fc.string(),
  },
  { requiredKeys: [] },
);
const event = fc.record(
  {
    type: maybe('gmail_request', 'circuit_breaker', 'rate_limit', 'retry', 'error', 'ERROR'),
    timestamp: maybe(...numbers),
    details: fc.oneof({ arbitrary: details, weight: 9 }, { arbitrary: fc.anything(), weight: 1 }),
  },
  { requiredKeys: [] },
);
/** One field at a time, so that a difference in any of them shows. */
const nearlyGood = fc
  .record({ type: fc.constant('error'), timestamp: fc.constantFrom(...numbers), details })
  .filter((good) => Object.keys(good.details).length > 0)
  .chain((good) =>
    fc.constantFrom(...Object.keys(good.details)).map((field) => ({
      ...good,
      details: { [field]: good.details[field as keyof typeof good.details] },
    })),
  );

const withoutOperation = (parsed: { details: { operation?: string } }) => ({
  ...parsed,
  details: { ...parsed.details, operation: undefined },
});

describe('a client event', () => {
  it.each([
    ['anything', event],
    ['all but good', nearlyGood],
  ])(
    'is accepted by the API if and only if the queue accepts it, with the same content (%s)',
    (_name, arbitrary) => {
      fc.assert(
        fc.property(arbitrary, (value) => {
          const ofApi = eventOfApi.safeParse(value);
          const ofQueue = eventOfQueue.safeParse(value);
          expect(ofQueue.success).toBe(ofApi.success);
          expect(clientEventFault(value) === undefined).toBe(ofApi.success);
          if (!ofApi.success || !ofQueue.success) return;
          expect(withoutOperation(ofQueue.data)).toEqual(withoutOperation(ofApi.data));
          expect(eventOfQueue.parse(ofApi.data)).toEqual(ofQueue.data);
        }),
        { numRuns: 2_000 },
      );
    },
  );

  it('comes in batches of the same size', () => {
    expect(maxOfQueue).toBe(maxOfApi);
    expect(maxOfQueue).toBe(100);
  });

  it("names the Gmail client's operations, and no others", () => {
    expect([...clientOperations].sort()).toEqual([...Object.keys(operations), 'other'].sort());
  });
});
