import { afterEach, describe, expect, it } from '@jest/globals';
import { gmailMethods, profileByName } from '@finito/quota';
import { until } from '@finito/testing';
import { quotaTables } from '../src/quota-tables.ts';
import type { GmailSimulator } from '../src/index.ts';
import { aMessage, call, clientOf, email, simulatorWith } from './client.ts';

let simulator: GmailSimulator;
afterEach(() => simulator?.close());

describe('quota', () => {
  it('refuses what goes over a sliding minute, in each of Google’s own wordings, and counts it', async () => {
    simulator = await simulatorWith([aMessage()], { quotaEnforced: true });
    const path = `/gmail/v1/users/me/messages/${simulator.truth(email)[0]!.gmailId}`;
    const answers: { status: number; reason: string }[] = [];
    for (let n = 0; n < 306; n += 1) {
      const response = await call(simulator, path);
      const body = (await response.json()) as { error?: { errors: { reason: string; domain: string }[] } };
      if (response.status !== 200) expect(body.error!.errors[0]!.domain).toBe('usageLimits');
      answers.push({ status: response.status, reason: body.error?.errors[0]?.reason ?? '' });
    }
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(300);
    expect(new Set(answers.slice(300).map(({ status, reason }) => `${status} ${reason}`))).toEqual(
      new Set(['403 rateLimitExceeded', '403 userRateLimitExceeded', '429 rateLimitExceeded']),
    );
    expect(simulator.report()).toMatchObject({ refusals: { user: 6 }, units: 6_000, peakWindowShare: 1 });
  });

  it('a minute passes in a second with a time factor of 60', async () => {
    simulator = await simulatorWith([aMessage()], {
      quotaEnforced: true,
      timeFactor: 60,
      quotaLimits: { userPerMinute: 1 },
    });
    const users = clientOf(simulator);
    await users.getProfile({ userId: 'me' });
    await expect(users.getProfile({ userId: 'me' })).rejects.toMatchObject({ status: expect.any(Number) });
    const refusedAt = Date.now();
    await until(() => users.getProfile({ userId: 'me' }));
    expect(Date.now() - refusedAt).toBeLessThan(1_500);
  });

  it('the project’s minute and day refuse too, each in its own words', async () => {
    const refusal = async (limits: object) => {
      simulator = await simulatorWith([aMessage()], { quotaEnforced: true, quotaLimits: limits });
      const response = await call(simulator, '/gmail/v1/users/me/profile');
      await simulator.close();
      return response.text();
    };
    expect(await refusal({ projectPerMinute: 0 })).toContain("limit 'Queries per minute' of service");
    expect(await refusal({ projectPerDay: 0 })).toContain('dailyLimitExceeded');
  });

  it('a user’s requests at once meet a wall, also inside a batch, and the wall is that user’s', async () => {
    simulator = await simulatorWith([aMessage()], {
      quotaEnforced: true,
      concurrencyLimit: 4,
      latencyMs: 50,
    });
    const statuses = await Promise.all(
      Array.from({ length: 7 }, async () => (await call(simulator, '/gmail/v1/users/me/profile')).status),
    );
    expect(statuses.toSorted()).toEqual([200, 200, 200, 200, 429, 429, 429]);
    expect(simulator.report()).toMatchObject({
      refusals: { concurrency: 3 },
      peakConcurrency: { [email]: 4 },
    });
  });

  it('a forgotten count does not give quota back', async () => {
    simulator = await simulatorWith([aMessage()], { quotaEnforced: true, quotaLimits: { userPerMinute: 1 } });
    await call(simulator, '/gmail/v1/users/me/profile');
    simulator.resetReport();
    expect((await call(simulator, '/gmail/v1/users/me/profile')).status).toBeGreaterThan(400);
    expect(simulator.report()).toMatchObject({ units: 0, refusals: { user: 1 } });
  });

  it('the product’s ledger believes no call to be cheaper than it is, and no limit to be higher', () => {
    for (const name of ['2026-05', 'legacy-2025'] as const) {
      const [believed, real] = [profileByName(name), quotaTables[name]];
      for (const method of gmailMethods)
        expect([method, believed.units[method]]).toEqual([method, real.units[method]]);
      expect(believed.userUnitsPerMinute).toBe(real.userPerMinute);
      expect(believed.projectUnitsPerMinute).toBe(real.projectPerMinute);
      expect(believed.projectUnitsPerDay ?? Infinity).toBe(real.projectPerDay);
    }
  });
});
