import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { bytesOf } from './bytes-of.ts';

it.each([0, 1, 2, 3_000_000, 3_000_001, 7_654_321])('%d bytes come back as they were', async (size) => {
  const bytes = randomBytes(size);
  expect((await bytesOf(bytes.toString('base64url'))).equals(bytes)).toBe(true);
});

it('others have their turn while a large text is decoded', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  await bytesOf('A'.repeat(60_000_000));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});
