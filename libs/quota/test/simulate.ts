// Prints the share of the quota ceiling that fleets of 1, 100 and 300 users reach in virtual time.
import { Redis } from 'ioredis';
import { startTestRedis } from '@finito/testing';
import { profileByName } from '../src/index.ts';
import type { Loop } from './virtual-fleet.ts';
import { jainIndex, runVirtualFleet, seededRandom } from './virtual-fleet.ts';

const server = await startTestRedis();
const redis = new Redis(server.url);
const random = seededRandom(7);
const profile = profileByName('2026-05');
try {
  for (const users of process.argv[2]?.split(',').map(Number) ?? [1, 100, 300]) {
    const loops: Loop[] = Array.from({ length: 2 * users }, (_, i) => ({
      user: `u${i >> 1}`,
      lane: 'backfill',
      units: 500,
      minUnits: 100,
      holdMs: () => 100 + 300 * random(),
      lateMs: () => 40 * random(),
    }));
    const began = performance.now();
    const forMs = 180_000;
    const fleet = await runVirtualFleet({ redis, projectKey: `sim${users}`, loops, forMs, random });
    const from = fleet.start + 60_000;
    const to = fleet.start + forMs;
    const ceiling =
      Math.min(users * profile.userUnitsPerMinute, profile.projectUnitsPerMinute) * ((to - from) / 60_000);
    const shares = [...fleet.users.values()].map((user) => user.total(from, to));
    console.log(
      `${users} users: ${((100 * fleet.project.total(from, to)) / ceiling).toFixed(2)} % of the ceiling, ` +
        `fullest minute of a user ${(100 * Math.max(...[...fleet.users.values()].map((user) => user.peak()))).toFixed(2)} %, ` +
        `of the project ${(100 * fleet.project.peak()).toFixed(2)} %, Jain ${jainIndex(shares).toFixed(4)}, ` +
        `${(fleet.asked / fleet.waits.length).toFixed(2)} questions a grant, ` +
        `${((1000 * (performance.now() - began)) / (fleet.asked + fleet.waits.length)).toFixed(0)} µs an operation`,
    );
  }
} finally {
  redis.disconnect();
  await server.stop();
}
