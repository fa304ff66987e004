// The drill of poison in short: one deadly message among two mailboxes.
import { expect, it, jest } from '@jest/globals';
import { syncPoisoned } from './poison/run.ts';

jest.setTimeout(180_000);

it('a message that kills every process that reads it is given up after the third, and no other is', async () => {
  const kit = { progress: () => undefined, signal: new AbortController().signal };
  const size = { mailboxes: 2, messages: 120, workers: 2, deadly: 1, timeFactor: 30, seed: 2 };
  const { outcome, quarantined, wronglyQuarantined, crashes } = await syncPoisoned(kit, size);
  expect({ quarantined, wronglyQuarantined }).toEqual({ quarantined: 1, wronglyQuarantined: 0 });
  expect(crashes).toBeLessThanOrEqual(3);
  expect(outcome).toEqual({ rows: 1, unaccounted: 0, failedMessages: 1, failedJobs: 0 });
});
