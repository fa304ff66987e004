// The short form of `npm run bench -- fairness`.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRedis } from '@finito/testing';
import type { TestRedis } from '@finito/testing';
import { Redis } from 'ioredis';
import { simulateFleet } from './fairness/simulated-fleet.ts';

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

describe('a fleet of mailboxes of very different sizes', () => {
  it.each([
    { mailboxes: 1, largest: 1_500, processes: 1 },
    { mailboxes: 60, largest: 1_500, processes: 4 },
  ])(
    'of $mailboxes uses nearly all of its quota, and the smallest does not wait for the largest',
    async (size) => {
      const fleet = { redis, ...size, seed: 1, forMs: 1_800_000 };
      const told = await simulateFleet(fleet);
      expect(told.finished).toBe(size.mailboxes);
      expect(told.quotaShare).toBeGreaterThan(0.97);
      expect(told.unitsAgainstNaive).toBeLessThan(0.9);
      expect(told.longestLiveWaitMs).toBeLessThan(2_000);
      if (size.mailboxes > 1) expect(told.smallestDoneMs).toBeLessThan(told.doneMs / 10);
    },
    60_000,
  );
});
