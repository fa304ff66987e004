// The drill of kills in short: two mailboxes, a worker and whatever else dies in the middle.
import { expect, it, jest } from '@jest/globals';
import { killed } from './kills/runs.ts';

jest.setTimeout(120_000);

it('a sync whose processes are killed at random ends exactly, with no job failed and no message given up', async () => {
  const kit = { progress: () => undefined, signal: new AbortController().signal };
  const size = { mailboxes: 2, messages: 600, workers: 2, every: 0.5, mostKills: 2, timeFactor: 20, seed: 3 };
  const { kills, outcome, unasked } = await killed(kit, size);
  expect(kills).toBeGreaterThan(0);
  expect(outcome).toEqual({ rows: 0, unaccounted: 0, failedMessages: 0, failedJobs: 0 });
  expect(unasked).toBe(0);
});
