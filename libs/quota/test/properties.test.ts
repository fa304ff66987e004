// What holds for every fleet: any number of users, processes, holders that die, speeds of calls and sizes of requests.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startTestRedis } from '@finito/testing';
import type { TestRedis } from '@finito/testing';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { profileByName } from '../src/index.ts';
import { runVirtualFleet, seededRandom } from './virtual-fleet.ts';
import type { FleetOptions, Loop } from './virtual-fleet.ts';

jest.setTimeout(120_000);

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

let projects = 0;
const fleetOf = (loops: Loop[], options: Partial<FleetOptions> = {}) =>
  runVirtualFleet({
    ...{ redis, projectKey: `property${projects++}`, loops, forMs: 120_000, random: seededRandom(projects) },
    ...options,
  });

const shapes = fc.record({
  seed: fc.nat(10_000),
  profile: fc.constantFrom('2026-05' as const, 'legacy-2025' as const),
  users: fc.integer({ min: 1, max: 3 }),
  loopsEach: fc.integer({ min: 1, max: 3 }),
  processes: fc.integer({ min: 1, max: 4 }),
  holdMs: fc.integer({ min: 5, max: 900 }),
  units: fc.integer({ min: 100, max: 900 }),
  /** Whether it waits for what is worth a job. */
  waits: fc.boolean(),
  dies: fc.constantFrom(0, 0, 0.05),
  readers: fc.integer({ min: 0, max: 2 }),
});

type FleetShape = typeof shapes extends fc.Arbitrary<infer Shape> ? Shape : never;
/** Calls of one user's backfill at once, unless told. */
const permits = 2;
/** Whether it could use all of its users' quota: to others the promise of little idleness is not made. */
const hasWorkEnough = ({ profile, loopsEach, holdMs, units }: FleetShape) =>
  (Math.min(loopsEach, permits) * units * 60_000) / (holdMs + 20) >
  1.25 * profileByName(profile).userUnitsPerMinute;
const fleets = shapes.filter(hasWorkEnough);

describe('the ledger', () => {
  it('R44: is over no limit in any window, and leaves less than 3 % idle while there is work', async () => {
    await fc.assert(
      fc.asyncProperty(fleets, async ({ seed, profile: name, users, readers, ...fleet }) => {
        const random = seededRandom(seed);
        const profile = profileByName(name);
        const backfills = Array.from({ length: users * fleet.loopsEach }, (_, n) => ({
          user: `u${n % users}`,
          lane: 'backfill' as const,
          units: fleet.units,
          ...(fleet.waits
            ? { minUnits: 60, worthUnits: Math.min(200, fleet.units) }
            : { minUnits: Math.min(100, fleet.units) }),
          holdMs: () => fleet.holdMs * (0.5 + random()),
          lateMs: () => 20 * random(),
          dies: fleet.dies,
        }));
        const reading = Array.from({ length: readers }, () => ({
          ...{ user: 'u0', lane: 'interactive' as const, units: 20 },
          ...{ holdMs: () => 80, restMs: () => 2_000 },
        }));
        const ledger = { profile, grantTtlMs: 4_000 };
        const {
          project,
          users: each,
          start,
        } = await fleetOf([...backfills, ...reading], {
          ...{ random, ledger, processes: fleet.processes, forMs: 240_000 },
        });
        expect(project.peak()).toBeLessThanOrEqual(1);
        for (const [, user] of each) {
          expect(user.peak()).toBeLessThanOrEqual(1);
          // Whose holders die leaves their units unused for a while: there the other half of the promise is void.
          if (fleet.dies > 0) continue;
          // Over minutes: what is given at once may fall on either side of the end of one.
          const used = user.total(start + 60_000, start + 240_000) / (3 * profile.userUnitsPerMinute);
          expect(used).toBeGreaterThan(0.97);
        }
      }),
      { numRuns: 6 },
    );
  });

  it('gives one who weighs three times as much nearly three times the share, where all wait for the project', async () => {
    const profile = { ...profileByName('2026-05'), projectUnitsPerMinute: 20_000 };
    const random = seededRandom(4);
    const loops = Array.from({ length: 24 }, (_, n): Loop => {
      const weight = n >> 1 === 0 ? 3 : 1;
      return {
        ...{ user: `u${n >> 1}`, lane: 'backfill', units: 500, minUnits: 100, weight },
        ...{ holdMs: () => 100 + 300 * random(), lateMs: () => 20 * random() },
      };
    });
    const { users, project, start } = await fleetOf(loops, { random, ledger: { profile }, forMs: 180_000 });
    const totals = [...users].map(([, user]) => user.total(start + 60_000, start + 180_000));
    const [heavy = 0, ...light] = totals;
    const usual = light.reduce((sum, units) => sum + units, 0) / light.length;
    expect(heavy / usual).toBeGreaterThan(2.5);
    expect(heavy / usual).toBeLessThan(3.5);
    expect(Math.min(...light) / usual).toBeGreaterThan(0.9);
    expect(project.peak()).toBeLessThanOrEqual(1);
  });

  it.each([1, 20])('foresees when a backfill will have its units, with %i users', async (count) => {
    const profile = { ...profileByName('2026-05'), projectUnitsPerMinute: 50_000 };
    const random = seededRandom(9);
    const loops = Array.from({ length: 2 * count }, (_, n): Loop => ({
      ...{ user: `u${n % count}`, lane: 'backfill', units: 400, minUnits: 100 },
      ...{ holdMs: () => 100 + 200 * random(), lateMs: () => 10 * random() },
    }));
    let foreseenMs = 0;
    const at = {
      ms: 120_000,
      run: async (ledger: ForecastOf) => void (foreseenMs = await ledger.forecast('u0', 6_000)),
    };
    const forMs = 340_000;
    const { users, start } = await fleetOf(loops, { random, forMs, ledger: { profile }, at: [at] });
    const asked = start + 120_000;
    const got = users.get('u0')!.total(asked, asked + foreseenMs);
    expect(foreseenMs).toBeLessThan(forMs - 120_000);
    expect(got / 6_000).toBeGreaterThan(0.8);
    expect(got / 6_000).toBeLessThan(1.25);
  });
});

type ForecastOf = Parameters<NonNullable<FleetOptions['at']>[number]['run']>[0];
