// Input that nobody's client sends, over every route where it can be sent.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '@finito/api';
import type { Route, RouteName } from '@finito/api';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { aReader } from './a-reader.ts';
import type { Reader, Target } from './a-reader.ts';
import { aTarget } from './a-target.ts';
import type { TestTarget } from './a-target.ts';
import { pathOf, proofFor, requestOf, validCalls } from './valid-calls.ts';
import { writtenIn, writtenSince } from './written-in.ts';

const all = Object.entries<Route>(routes) as [RouteName, Route][];
let opened: TestTarget;
let gateway: TestTarget['gateway'];
let target: Target;
let pool: Pool;
let reader: Reader;

beforeAll(async () => {
  opened = await aTarget();
  ({ gateway, target, pool } = opened);
  reader = await aReader(target);
});
afterAll(() => opened?.close());

describe('a request that a page of another site has a signed-in browser send', () => {
  const changing = all.filter(([, { method, auth }]) => method !== 'GET' && auth === 'user');
  const crossSite: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' },
  ];

  it.each(changing)('to %s is refused, and writes nothing', async (name, route) => {
    const call = await validCalls[name](reader);
    const before = await writtenIn(pool, gateway.redis.producer);
    for (const headers of crossSite) {
      const init = requestOf(route, call, { cookie: reader.cookie, ...headers });
      const response = await fetch(gateway.origin + pathOf(route, call), init);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ type: '/problems/cross-site' });
    }
    expect(writtenSince(before, await writtenIn(pool, gateway.redis.producer))).toEqual([]);
  });
});

describe('a cursor that somebody made', () => {
  const lists = all.filter(([, { query }]) => query !== undefined && 'cursor' in query.shape);

  it.each(lists)('of %s gives a page or a refusal, never a failure', async (name, route) => {
    expect(lists.length).toBeGreaterThan(1);
    const call = await validCalls[name](reader);
    const places = fc.oneof(
      fc.json(),
      fc.tuple(fc.double(), fc.string(), fc.string()).map((place) => JSON.stringify(place)),
      fc
        .tuple(fc.integer(), fc.constantFrom('a1', '0', "'"), fc.constant(reader.mailboxId))
        .map((p) => JSON.stringify(p)),
    );
    await fc.assert(
      fc.asyncProperty(places, async (place) => {
        const cursor = Buffer.from(place).toString('base64url') || 'x';
        const path = pathOf(route, { ...call, query: { cursor } });
        const response = await fetch(gateway.origin + path, { headers: proofFor(route, reader, target) });
        expect([200, 400]).toContain(response.status);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a body of anything at all', () => {
  const withBody = all.filter(([, { body }]) => body !== undefined);
  const anything = fc.oneof(
    fc.jsonValue({ noUnicodeString: false }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '__proto__',
      'constructor',
      '\0',
      '\ud800',
      '\r\n',
      '1e999',
      '9'.repeat(400),
      -0,
      2 ** 53,
      1e308,
    ),
    fc.bigInt().map(String),
  );

  it.each(withBody)(
    'to %s is taken or refused as its schema says, and never a failure',
    async (name, route) => {
      const { body, ...call } = (await validCalls[name](reader)) as { body: Record<string, unknown> };
      const paths = pathsIn(body);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...paths), anything, async (path, value) => {
          const sent = JSON.stringify(changed(body, path, value));
          const init = requestOf(route, { ...call, body: sent }, proofFor(route, reader, target));
          const response = await fetch(gateway.origin + pathOf(route, call), init);
          const isTaken = route.body!.safeParse(JSON.parse(sent)).success;
          // What fits its schema may still name what is not there.
          expect(response.status).toBeLessThan(500);
          if (!isTaken) expect([400, 413]).toContain(response.status);
          if (response.status >= 400)
            expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
          await response.arrayBuffer();
        }),
        { numRuns: 60 },
      );
      expect(gateway.log()).not.toContain('request failed');
    },
  );
});

type Path = (string | number)[];

/** The ways to every value within, the whole included. */
function pathsIn(value: unknown): Path[] {
  const within = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [[], ...within.flatMap(([key, inner]) => pathsIn(inner).map((path) => [key, ...path]))];
}

function changed(value: unknown, [first, ...rest]: Path, to: unknown): unknown {
  if (first === undefined) return to;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[first] = changed(copy[first], rest, to);
  return copy;
}
