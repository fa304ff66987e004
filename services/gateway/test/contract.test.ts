// Every route of the OpenAPI document, called as it wants to be called and in every way that it does not: the answers
// are what the document says, and what was refused has written nothing.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '@finito/api';
import type { Route, RouteName } from '@finito/api';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Pool } from 'pg';
import { z } from 'zod';
import { aReader } from './a-reader.ts';
import type { Reader, Target } from './a-reader.ts';
import { aTarget } from './a-target.ts';
import type { TestTarget } from './a-target.ts';
import { invalidCalls } from './invalid-calls.ts';
import { pathOf, proofFor, requestOf, validCalls } from './valid-calls.ts';
import { writtenIn, writtenSince } from './written-in.ts';

interface OpenApi {
  components: { schemas: Record<string, object> };
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, Answer> }>>;
}
interface Answer {
  content?: Record<string, { schema: { $ref?: string } }>;
}

const all = Object.entries<Route>(routes) as [RouteName, Route][];
let opened: TestTarget;
let gateway: TestTarget['gateway'];
let target: Target;
let pool: Pool;
let document: OpenApi;

beforeAll(async () => {
  opened = await aTarget();
  ({ gateway, target, pool } = opened);
  document = (await (await fetch(`${gateway.origin}/api/openapi.json`)).json()) as OpenApi;
});
afterAll(() => opened?.close());

async function ask(name: RouteName, reader: Reader) {
  const route: Route = routes[name];
  const call = await validCalls[name](reader);
  return fetch(gateway.origin + pathOf(route, call), requestOf(route, call, proofFor(route, reader, target)));
}

/** What is wrong with an answer by a schema of the document; nothing that the schema does not name may be in it. */
function faults(ref: string, value: unknown): string[] {
  const here = JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/');
  const name = ref.split('/').at(-1);
  const schema = z.fromJSONSchema({
    $ref: `#/$defs/${name}`,
    $defs: JSON.parse(here) as Record<string, never>,
  });
  return schema.safeParse(value).error?.issues.map((issue) => JSON.stringify(issue)) ?? [];
}

describe('the OpenAPI document', () => {
  it('is valid, and has every route and no other', async () => {
    expect(await new Validator().validate(document as never)).toMatchObject({ valid: true });
    const documented = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(documented.sort()).toEqual(Object.keys(routes).sort());
  });

  it.each(all)('says what %s answers when all is well', async (name, { path, method }) => {
    const { responses } = document.paths[path.replace(/:(\w+)/g, '{$1}')]![method.toLowerCase()]!;
    const response = await ask(name, await aReader(target));
    const documented = responses[response.status];
    expect(`${response.status} ${documented === undefined ? 'not documented' : 'documented'}`).toBe(
      `${routes[name].answer.status} documented`,
    );
    const [mediaType, media] = Object.entries(documented?.content ?? {})[0] ?? [];
    const given = response.headers.get('content-type')?.split(';')[0] ?? undefined;
    if (response.status !== 302) expect(given).toBe(mediaType);
    if (media?.schema.$ref) expect(faults(media.schema.$ref, await response.json())).toEqual([]);
    else if (name === 'streamSyncEvents') await response.body?.cancel();
    else if (response.status === 204) expect(await response.text()).toBe('');
  });
});

describe('a call that is invalid', () => {
  it.each(all)('of %s is refused with its problem, and writes nothing', async (name, route) => {
    const reader = await aReader(target);
    const calls = invalidCalls(route, await validCalls[name](reader));
    expect(calls.length).toBeGreaterThan(0);
    const before = await writtenIn(pool, gateway.redis.producer);
    const wrong: string[] = [];
    for (const { what, call, status, type, method } of calls) {
      const init = requestOf(route, call, proofFor(route, reader, target));
      const response = await fetch(gateway.origin + pathOf(route, call), {
        ...init,
        ...(method && { method }),
      });
      const text = await response.text();
      const told = `${response.status} ${response.headers.get('content-type')?.split(';')[0]}`;
      if (told !== `${status} application/problem+json`) wrong.push(`${what}: ${told}`);
      else if (faults('#/components/schemas/Problem', JSON.parse(text)).length > 0)
        wrong.push(`${what}: ${text}`);
      else if ((JSON.parse(text) as { type: string }).type !== type) wrong.push(`${what}: ${text}`);
    }
    expect(wrong).toEqual([]);
    expect(writtenSince(before, await writtenIn(pool, gateway.redis.producer))).toEqual([]);
  });
});
