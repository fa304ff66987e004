import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiError, createApiClient } from '@finito/api';
import type { ApiClient } from '@finito/api';
import { GmailUnavailableError } from '@finito/gmail';
import { testRedis, until } from '@finito/testing';
import { adminKey, aGateway } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateways: TestGateway[];
let admin: ApiClient;
beforeAll(async () => {
  const { url: redisUrl } = await testRedis();
  gateways = [await aGateway({ redisUrl }), await aGateway({ redisUrl })];
  admin = createApiClient({ baseUrl: gateways[0]!.origin, headers: { 'x-admin-api-key': adminKey } });
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
});

describe('the breakers of the fleet', () => {
  it('are listed with their state, forced open and reset, and every process obeys within a second', async () => {
    const { items } = await admin.listBreakers();
    expect(items.map(({ name }) => name)).toContain('read');
    expect(items.every(({ state }) => state === 'closed')).toBe(true);

    const params = { name: 'read' };
    const forced = await admin.forceBreakerOpen({ params, body: { forSeconds: 60 } });
    expect(forced).toMatchObject({ state: 'open', forced: true });
    expect(Date.parse(forced.until!) - Date.now()).toBeGreaterThan(50_000);
    const other = gateways[1]!.gmail.mailbox({ getAccessToken: () => 'token' });
    const failure = () => other.getProfile().catch((error: unknown) => error);
    const isRefused = async () => {
      const error = await failure();
      return error instanceof GmailUnavailableError && error.reason === 'breaker-open';
    };
    await until(isRefused, { timeoutMs: 1_000 });

    expect(await admin.resetBreaker({ params })).toMatchObject({ state: 'closed', until: null, since: null });
    await until(async () => !(await isRefused()), { timeoutMs: 1_000 });
  });

  it('that do not exist are not found, and nonsense is refused', async () => {
    const status = (work: Promise<unknown>) =>
      work.then(
        () => 200,
        (error: unknown) => (error instanceof ApiError ? error.status : error),
      );
    expect(await status(admin.resetBreaker({ params: { name: 'nothing' } }))).toBe(404);
    const tooLong = admin.forceBreakerOpen({ params: { name: 'read' }, body: { forSeconds: 1e9 } });
    expect(await status(tooLong)).toBe(400);
    const stranger = createApiClient({ baseUrl: gateways[0]!.origin });
    expect(await status(stranger.listBreakers())).toBe(401);
  });
});
