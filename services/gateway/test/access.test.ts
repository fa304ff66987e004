// Every route of the contract, asked by those who may not: made of the contract itself, so that a new route is in it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '@finito/api';
import type { Route } from '@finito/api';
import { adminKey, aGateway, aMessage, healthKeys } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
let owner: Awaited<ReturnType<TestGateway['aUser']>>;
let other: Awaited<ReturnType<TestGateway['aUser']>>;
let ids: Record<string, string>;
beforeAll(async () => {
  gateway = await aGateway();
  owner = await gateway.aUser();
  other = await gateway.aUser();
  const mailbox = await gateway.aMailbox(owner.id);
  await mailbox.store(aMessage('a1'));
  const id = mailbox.mailboxId.slice(3);
  ids = {
    mailboxes: mailbox.mailboxId,
    emails: mailbox.messageId('a1'),
    threads: `thr_${id}_a1`,
    auth: (await gateway.db.apiTokens.list(owner.id))[0]!.id,
  };
});
afterAll(() => gateway?.close());

const all = Object.entries<Route>(routes);
const pathOf = ({ path }: Route) =>
  path.replace(':attachmentId', '1').replace(':id', ids[path.split('/')[2] ?? ''] ?? 'none');

/** What a route needs to be asked at all. */
const bodies: Record<string, object> = {
  '/api/emails/:id/modify': { addLabelIds: ['STARRED'] },
};

function ask(route: Route, headers: Record<string, string>, path = pathOf(route)) {
  const hasBody = route.method === 'POST';
  return fetch(gateway.origin + path, {
    method: route.method,
    redirect: 'manual',
    headers: { ...headers, ...(hasBody && { 'content-type': 'application/json' }) },
    ...(hasBody && { body: JSON.stringify(bodies[route.path] ?? {}) }),
  });
}

describe('a route', () => {
  const guarded = all.filter(([, { auth }]) => auth !== 'open');

  it.each(guarded)(
    '%s answers 401 to whoever proves nothing, and has written nothing',
    async (_name, route) => {
      const proofs: Record<string, string>[] = [
        {},
        { authorization: 'Bearer nonsense' },
        { authorization: `Bearer ${owner.token.slice(0, -1)}x` },
        { authorization: `Basic ${owner.token}` },
        { cookie: 'finito=nonsense' },
        { 'x-health-api-key': 'nonsense', 'x-admin-api-key': 'nonsense' },
        { 'x-health-api-key': '', 'x-admin-api-key': '' },
      ];
      for (const headers of proofs) {
        const response = await ask(route, headers, `${pathOf(route)}?admin=true`);
        expect(response.status).toBe(401);
        expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
        expect(await response.json()).toMatchObject({ type: '/problems/unauthenticated', status: 401 });
      }
    },
  );

  const ofOneThing = all.filter(([, route]) => route.auth === 'user' && route.path.includes(':id'));
  it.each(ofOneThing)(
    "%s answers 404 for another user's id, and 404 for an id that is none",
    async (_name, route) => {
      const headers = { authorization: other.authorization };
      const body = await ask(route, headers);
      expect(body.status).toBe(404);
      for (const id of [
        'none',
        '__proto__',
        '%00',
        'msg_0000000000000000_1',
        `${'x'.repeat(2_000)}`,
        '..%2f..%2fetc',
      ]) {
        expect(
          (await ask(route, headers, route.path.replace(':id', id).replace(':attachmentId', '1'))).status,
        ).toBe(404);
      }
    },
  );

  it('R25, R62: with a key opens by that key and no other, and two are valid while one is replaced', async () => {
    for (const key of healthKeys) {
      expect((await ask(routes.getHealth, { 'x-health-api-key': key })).status).toBe(200);
    }
    expect((await ask(routes.getHealth, { 'x-health-api-key': adminKey })).status).toBe(401);
    const path = '/api/logs/client-events?admin=true';
    expect((await ask(routes.getClientEvents, { 'x-admin-api-key': adminKey }, path)).status).toBe(200);
    expect((await ask(routes.getClientEvents, { 'x-admin-api-key': healthKeys[0]! }, path)).status).toBe(401);
  });

  it('lists nothing of another user', async () => {
    const headers = { authorization: other.authorization };
    for (const path of ['/api/mailboxes', '/api/emails', '/api/labels', '/api/failures', '/api/sync']) {
      const answer = (await (await fetch(gateway.origin + path, { headers })).json()) as { items: unknown[] };
      expect(answer.items).toEqual([]);
    }
    const { mailboxId } = { mailboxId: ids['mailboxes']! };
    for (const path of [`/api/emails?mailboxId=${mailboxId}`, `/api/labels?mailboxId=${mailboxId}`]) {
      const answer = (await (await fetch(gateway.origin + path, { headers })).json()) as { items: unknown[] };
      expect(answer.items).toEqual([]);
    }
  });
});
