// The drill of flushes in short: two mailboxes, Redis emptied once.
import { expect, it, jest } from '@jest/globals';
import { syncFlushed } from './flush/run.ts';

jest.setTimeout(120_000);

it('a sync goes on by itself, and ends exactly, though Redis forgets everything in the middle of it', async () => {
  const kit = { progress: () => undefined, signal: new AbortController().signal };
  const size = { mailboxes: 2, messages: 500, workers: 1, times: 1, timeFactor: 12 };
  const { outcome, flushes, refusals } = await syncFlushed(kit, size);
  expect(flushes).toHaveLength(1);
  expect(outcome).toEqual({ rows: 0, unaccounted: 0, failedMessages: 0, failedJobs: 0 });
  expect(refusals).toBe(0);
});
