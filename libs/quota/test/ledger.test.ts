// The ledger against a server that is as strict as Google could be, in virtual time on a real Redis.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startTestRedis } from '@finito/testing';
import type { TestRedis } from '@finito/testing';
import { Redis } from 'ioredis';
import { createQuotaLedger, profileByName, QuotaLedgerUnavailableError } from '../src/index.ts';
import type { QuotaLedgerOptions } from '../src/index.ts';
import { jainIndex, runVirtualFleet, seededRandom } from './virtual-fleet.ts';
import type { Loop } from './virtual-fleet.ts';

jest.setTimeout(120_000);

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  redis.on('error', () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

let projects = 0;
const aProject = () => `project${projects++}`;

/** A ledger whose clock the test moves. */
function aLedger(options: Partial<QuotaLedgerOptions> = {}) {
  const time = { now: Date.UTC(2026, 5, 15, 19) };
  const ledger = createQuotaLedger({
    redis,
    projectKey: aProject(),
    profile: profileByName('2026-05'),
    clock: () => time.now,
    ...options,
  });
  return { ledger, time };
}

function aBackfill(user: string, random: () => number, changes: Partial<Loop> = {}): Loop {
  return {
    ...{ user, lane: 'backfill', units: 500, minUnits: 100 },
    holdMs: () => 100 + 300 * random(),
    lateMs: () => 40 * random(),
    ...changes,
  };
}

async function fleetOf(loops: Loop[], options: Partial<Parameters<typeof runVirtualFleet>[0]> = {}) {
  const random = options.random ?? seededRandom(7);
  return runVirtualFleet({ redis, projectKey: aProject(), loops, forMs: 180_000, random, ...options });
}

describe('the quota of one user', () => {
  it.each(['2026-05', 'legacy-2025'] as const)(
    'is never exceeded in any minute and nearly all used, by one process or sixteen (%s)',
    async (name) => {
      const profile = profileByName(name);
      for (const processes of [1, 16]) {
        const random = seededRandom(processes);
        const loops = Array.from({ length: processes === 1 ? 2 : 32 }, () => aBackfill('ann', random));
        const fleet = await fleetOf(loops, { random, processes, ledger: { profile } });
        const [from, to] = [fleet.start + 60_000, fleet.start + 180_000];
        expect(fleet.users.get('ann')!.peak()).toBeLessThanOrEqual(1);
        expect(fleet.users.get('ann')!.total(from, to) / (2 * profile.userUnitsPerMinute)).toBeGreaterThan(
          0.96,
        );
      }
    },
  );

  it('passes as much faster as the time factor says, and holds as well', async () => {
    const random = seededRandom(3);
    const brisk = { holdMs: () => 2 + 3 * random(), lateMs: () => random() };
    const loops = [aBackfill('ann', random, brisk), aBackfill('ann', random, brisk)];
    const fleet = await fleetOf(loops, { random, forMs: 6_000, ledger: { timeFactor: 30 } });
    expect(fleet.users.get('ann')!.peak()).toBeLessThanOrEqual(1);
    expect(fleet.users.get('ann')!.total(fleet.start + 2_000, fleet.start + 6_000)).toBeGreaterThan(
      0.93 * 12_000,
    );
  });

  it('R43: is not exceeded by holders that die, and their permits come back', async () => {
    const random = seededRandom(11);
    const loops = Array.from({ length: 4 }, () => aBackfill('ann', random, { dies: 0.1 }));
    const fleet = await fleetOf(loops, { random, ledger: { grantTtlMs: 5_000 } });
    expect(fleet.users.get('ann')!.peak()).toBeLessThanOrEqual(1);
    const { ledger, time } = aLedger({ grantTtlMs: 5_000 });
    const request = { user: 'ann', lane: 'interactive' as const, units: 20 };
    for (let n = 0; n < 3; n += 1) expect(await ledger.acquire(request)).toMatchObject({ granted: true });
    expect(await ledger.acquire(request)).toMatchObject({ granted: false, reason: 'concurrency' });
    time.now += 5_001;
    expect(await ledger.acquire(request)).toMatchObject({ granted: true });
    expect((await ledger.state('ann')).permitsInUse).toBe(1);
  });

  it('gives back at once, as used, what a holder has that is gone, and nobody else’s', async () => {
    const { ledger } = aLedger({});
    const request = { user: 'ann', lane: 'interactive' as const, units: 20 };
    const lost = await ledger.acquire({ ...request, permits: 2, holder: 'mb_1' });
    const kept = await ledger.acquire({ ...request, holder: 'mb_10' });
    expect(await ledger.acquire(request)).toMatchObject({ granted: false, reason: 'concurrency' });
    expect(await ledger.abandon('ann', 'mb_1')).toBe(1);
    expect(await ledger.abandon('ann', 'mb_1')).toBe(0);
    expect(await ledger.state('ann')).toMatchObject({ permitsInUse: 1, windowUsed: 40 });
    if (!lost.granted || !kept.granted) throw new Error('both were granted');
    expect(await ledger.settle(lost.grant, { usedUnits: 0 })).toBe(false);
    expect(await ledger.settle(kept.grant, { usedUnits: 0 })).toBe(true);
    expect(await ledger.state('ann')).toMatchObject({ permitsInUse: 0, windowUsed: 20 });
    await expect(ledger.abandon('ann', '')).rejects.toThrow(RangeError);
  });

  it('leaves room for a reader while a backfill takes all it may', async () => {
    const random = seededRandom(5);
    const reader: Loop = {
      user: 'ann',
      lane: 'interactive',
      units: 20,
      holdMs: () => 100,
      restMs: () => 5_000,
    };
    const fleet = await fleetOf([aBackfill('ann', random), aBackfill('ann', random), reader], { random });
    const waits = fleet.waits.filter(({ loop }) => loop === reader).map(({ waitMs }) => waitMs);
    expect(waits.length).toBeGreaterThan(20);
    expect(Math.max(...waits)).toBeLessThan(1_000);
  });

  it('is given in pieces that are worth a job, and in crumbs only where waiting for more would leave a hole', async () => {
    const request = { user: 'ann', lane: 'backfill', units: 500, minUnits: 60, worthUnits: 200 } as const;
    // A burst, whose units come back all at once, has left 140 to a backfill.
    const afterBurst = async (ms: number) => {
      const { ledger, time } = aLedger();
      const burst = await ledger.acquire({ user: 'ann', lane: 'interactive', units: 5_800 });
      if (!burst.granted) throw new Error('not granted');
      await ledger.settle(burst.grant);
      time.now += ms;
      return { ledger, time };
    };
    const soon = await afterBurst(57_500);
    const refused = await soon.ledger.acquire(request);
    if (refused.granted) throw new Error('granted');
    expect(refused.reason).toBe('quota');
    expect(Math.abs(refused.retryInMs - 2_500)).toBeLessThan(100);

    const { ledger, time } = await afterBurst(56_000);
    const crumbs = await ledger.acquire(request);
    if (!crumbs.granted) throw new Error('not granted');
    expect(crumbs.grant.units).toBe(140);
    await ledger.settle(crumbs.grant);
    const next = await ledger.acquire(request);
    if (next.granted) throw new Error('granted');
    time.now += next.retryInMs;
    expect(await ledger.acquire(request)).toMatchObject({ granted: true });
  });

  it('is given back where it was not used, once', async () => {
    const { ledger } = aLedger();
    const got = await ledger.acquire({ user: 'ann', lane: 'backfill', units: 600 });
    if (!got.granted) throw new Error('not granted');
    expect(await ledger.settle(got.grant, { usedUnits: 200 })).toBe(true);
    expect(await ledger.settle(got.grant, { usedUnits: 200 })).toBe(false);
    expect((await ledger.state('ann')).windowUsed).toBe(200);
  });
});

describe('the quota of the project', () => {
  it('is never exceeded in any minute, nearly all used, and shared alike', async () => {
    const random = seededRandom(7);
    const profile = { ...profileByName('2026-05'), projectUnitsPerMinute: 120_000 };
    const loops = Array.from({ length: 60 }, (_, n) => aBackfill(`user${n >> 1}`, random));
    const fleet = await fleetOf(loops, { random, ledger: { profile } });
    const [from, to] = [fleet.start + 60_000, fleet.start + 180_000];
    expect(fleet.project.peak()).toBeLessThanOrEqual(1);
    expect(fleet.project.total(from, to) / 240_000).toBeGreaterThan(0.96);
    const shares = [...fleet.users.values()].map((user) => user.total(from, to));
    expect(jainIndex(shares)).toBeGreaterThan(0.99);
  });

  it('of a day is spent to the last unit and begins anew at midnight in California', async () => {
    const profile = { ...profileByName('2026-05'), projectUnitsPerDay: 1_000 };
    const { ledger, time } = aLedger({ profile });
    const request = { user: 'ann', lane: 'interactive' as const, units: 600, minUnits: 400 };
    const first = await ledger.acquire(request);
    const second = await ledger.acquire(request);
    expect([first, second]).toMatchObject([{ grant: { units: 600 } }, { grant: { units: 400 } }]);
    const refused = await ledger.acquire(request);
    // The clock of the test stands at noon in Los Angeles.
    expect(refused).toEqual({ granted: false, reason: 'day', retryInMs: 12 * 3_600_000 });
    time.now += 12 * 3_600_000 + 1;
    expect(await ledger.acquire(request)).toMatchObject({ granted: true });
  });
});

describe('a refusal by Google', () => {
  it('cools down the user for the whole fleet, and of two the later holds', async () => {
    const projectKey = aProject();
    const { ledger, time } = aLedger({ projectKey });
    const { ledger: other } = aLedger({ projectKey });
    expect(await ledger.cooldown({ user: 'ann', forMs: 10_000 })).toBe(10_000);
    expect(await other.cooldown({ user: 'ann', forMs: 2_000 })).toBe(10_000);
    const request = { user: 'ann', lane: 'interactive' as const, units: 20 };
    expect(await other.acquire(request)).toEqual({ granted: false, reason: 'cooldown', retryInMs: 10_000 });
    expect(await other.acquire({ ...request, user: 'bob' })).toMatchObject({ granted: true });
    time.now += 10_000;
    expect(await ledger.acquire(request)).toMatchObject({ granted: true });
  });

  it('of the project cools down everybody', async () => {
    const { ledger } = aLedger();
    await ledger.cooldown({ project: true, forMs: 5_000 });
    for (const user of ['ann', 'bob']) {
      expect(await ledger.acquire({ user, lane: 'write', units: 5 })).toMatchObject({ reason: 'cooldown' });
    }
  });
});

describe('a request', () => {
  it.each([
    ['more than its window', { units: 6_001 }],
    ['no units', { units: 0 }],
    ['a part of a unit', { units: 1.5 }],
    ['more to be worth it than it asks for', { units: 5, worthUnits: 6 }],
    ['less to be worth it than the least', { units: 9, minUnits: 6, worthUnits: 5 }],
    ['more permits than there are', { units: 5, permits: 4 }],
    ['nobody', { units: 5, user: '' }],
  ])('for %s is refused as a mistake, for no wait would satisfy it', async (_what, changes) => {
    const { ledger } = aLedger();
    await expect(ledger.acquire({ user: 'ann', lane: 'interactive', ...changes })).rejects.toThrow(
      RangeError,
    );
  });
});

describe('a Redis', () => {
  it('that is away or frozen lets nobody spend: work waits and is never unmetered', async () => {
    const own = await startTestRedis();
    const client = new Redis(own.url, { maxRetriesPerRequest: 1, commandTimeout: 300 });
    client.on('error', () => undefined);
    const ledger = createQuotaLedger({
      redis: client,
      projectKey: 'p',
      profile: profileByName('2026-05'),
      timeoutMs: 500,
    });
    const request = { user: 'ann', lane: 'write' as const, units: 5 };
    expect(await ledger.acquire(request)).toMatchObject({ granted: true });
    await own.pause();
    await expect(ledger.acquire(request)).rejects.toThrow(QuotaLedgerUnavailableError);
    await own.resume();
    await own.kill();
    await expect(ledger.acquire(request)).rejects.toMatchObject({ retryable: true, retryAfterMs: 1_000 });
    client.disconnect();
    await own.stop();
  });

  it('that forgot is not trusted: the window counts as full for a minute', async () => {
    const own = await startTestRedis();
    const client = new Redis(own.url);
    const time = { now: Date.UTC(2026, 5, 15, 19) };
    const ledger = createQuotaLedger({
      redis: client,
      projectKey: 'p',
      profile: profileByName('2026-05'),
      clock: () => time.now,
    });
    const request = { user: 'ann', lane: 'backfill' as const, units: 900 };
    expect(await ledger.acquire(request)).toMatchObject({ granted: true });
    await own.flush();
    time.now += 100;
    expect(await ledger.acquire(request)).toMatchObject({ granted: false, reason: 'quota' });
    expect((await ledger.state('ann')).windowUsed).toBeGreaterThan(5_000);
    time.now += 61_000;
    expect(await ledger.acquire(request)).toMatchObject({ granted: true });
    client.disconnect();
    await own.stop();
  });
});
