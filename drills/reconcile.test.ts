// The drill of a lost history in short: a small mailbox, some of each change.
import { expect, it, jest } from '@jest/globals';
import { reconcile } from './reconcile/run.ts';

jest.setTimeout(120_000);

it('after a lost history all changes are found, and only what was added is read', async () => {
  const kit = { progress: () => undefined, signal: new AbortController().signal };
  const size = { messages: 300, adds: 10, deletes: 10, labels: 40, timeFactor: 100 };
  const { outcome, addsUnits, readTwice } = await reconcile(kit, size);
  expect(outcome).toEqual({ rows: 0, unaccounted: 0, failedMessages: 0, failedJobs: 0 });
  expect({ addsUnits, readTwice }).toEqual({ addsUnits: 10 * 20, readTwice: 0 });
});
