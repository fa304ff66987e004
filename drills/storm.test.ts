// The drill of storms in short: a few seconds of it, on two small mailboxes.
import { expect, it, jest } from '@jest/globals';
import { weather } from './storm/run.ts';

jest.setTimeout(180_000);

it('a sync through a storm of every fault at once ends in rows equal to Gmail’s', async () => {
  const kit = { progress: () => undefined, signal: new AbortController().signal };
  const size = { mailboxes: 2, messages: 150, workers: 2, seconds: 4, timeFactor: 20, seed: 5, pace: 0.1 };
  const { injected, outcome, wentBack, unasked } = await weather(kit, size);
  expect(injected).toMatchObject({ 'crashes of Postgres': 1, 'restarts of an empty Redis': 1 });
  expect(outcome).toEqual({ rows: 0, unaccounted: 0, failedMessages: 0, failedJobs: 0 });
  expect({ wentBack, unasked }).toEqual({ wentBack: 0, unasked: 0 });
});
