// The drill of retries in short.
import { expect, it } from '@jest/globals';
import { amplification } from './retries/amplification.ts';
import { patience } from './retries/patience.ts';

it.each([0.1, 0.5, 1])('with a share of %s of errors retries add a tenth at most', async (share) => {
  const size = { calls: 200, share };
  expect(await amplification({ ...size, breaker: true })).toBeLessThanOrEqual(1.1);
  expect(await amplification({ ...size, breaker: false })).toBeLessThanOrEqual(1.1);
});

it('no call leaves before the time that Gmail named, in whatever form', async () => {
  expect((await patience()).filter(({ isEarly }) => isEarly)).toEqual([]);
});
