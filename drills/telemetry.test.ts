// The drill of telemetry in short.
import { expect, it, jest } from '@jest/globals';
import { countEvents } from './telemetry/run.ts';

jest.setTimeout(120_000);

it('totals are exact though batches come up to three times and the processes that count are killed', async () => {
  const kit = { progress: () => undefined, signal: new AbortController().signal };
  const { sent, counted, wrong, kills } = await countEvents(kit, { batches: 250, every: 0.5, seed: 1 });
  expect({ counted, wrong }).toEqual({ counted: sent, wrong: 0 });
  expect(kills).toBeGreaterThan(0);
});
