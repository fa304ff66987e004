// What is wrong with a call, made of the contract: a new route has its invalid calls without anybody writing them.
import type { Route } from '@finito/api';

export interface InvalidCall {
  what: string;
  call: object;
  status: number;
  type: string;
  method?: string;
}

interface Parts {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Every way in which a call that is valid can be made invalid. */
export function invalidCalls(route: Route, valid: object): InvalidCall[] {
  return [
    ...invalidIds(route, valid),
    ...invalidQueries(route, valid),
    ...invalidBodies(route, valid),
    ...invalidBytes(route, valid),
    {
      what: 'a method that the path does not have',
      call: valid,
      ...refusal(405, 'method-not-allowed'),
      method: 'PUT',
    },
  ];
}

const refusal = (status: number, type: string) => ({ status, type: `/problems/${type}` });

const noIds = [
  'none',
  '__proto__',
  'constructor',
  '%00',
  '..%2f..%2fetc%2fpasswd',
  'x'.repeat(2_000),
  '%F0%9F%92%A9',
  "'--",
];

function invalidIds(route: Route, valid: Parts): InvalidCall[] {
  return Object.keys(route.params?.shape ?? {}).flatMap((name) => [
    ...noIds.map((id) => ({
      what: `${name} ${id.slice(0, 30)}`,
      call: { ...valid, params: { ...valid.params, [name]: id } },
      ...refusal(404, 'not-found'),
    })),
    {
      what: `${name} that is no UTF-8`,
      call: { ...valid, params: { ...valid.params, [name]: '%E0%A4%A' } },
      ...refusal(400, 'malformed-body'),
    },
  ]);
}

function invalidQueries(route: Route, { query = {}, ...valid }: Parts): InvalidCall[] {
  const { query: schema } = route;
  if (!schema) return [];
  const asText = Object.entries(query).map(([name, value]) => [name, String(value)] as const);
  const search = (more: string) =>
    `?${new URLSearchParams(asText.map(([name, value]) => [name, value]))}&${more}`;
  const wrong = Object.keys(schema.shape).flatMap((name) => [
    { what: `${name} twice`, query: { ...query, [name]: ['1', '2'] }, text: `${name}=1&${name}=2` },
    { what: `${name} with a NUL`, query: { ...query, [name]: 'a\0' }, text: `${name}=a%00`, alone: true },
    { what: `${name} empty`, query: { ...query, [name]: '' }, text: `${name}=`, alone: true },
    {
      what: `${name} far too long`,
      query: { ...query, [name]: 'x'.repeat(3_000) },
      text: `${name}=${'x'.repeat(3_000)}`,
      alone: true,
    },
  ]);
  const unknown = [
    { what: 'an unknown field', query: { ...query, unknown: '1' }, text: 'unknown=1' },
    {
      what: 'a prototype key',
      query: { ...query, ['__proto__']: { admin: true } },
      text: '__proto__=1&constructor=1',
    },
  ];
  return [
    ...wrong
      .filter((one) => !schema.safeParse(one.query).success)
      .map(({ what, text, alone }) => ({
        what: `query ${what}`,
        call: { ...valid, search: alone ? `?${text}` : search(text) },
      })),
    ...unknown
      .filter(() => !schema.safeParse({ ...query, unknown: '1' }).success)
      .map(({ what, text }) => ({ what: `query: ${what}`, call: { ...valid, search: search(text) } })),
  ].map((one) => ({ ...one, ...refusal(400, 'invalid-request') }));
}

/** Each field of a body in turn as something else, and fields that nobody asked for. */
function invalidBodies(route: Route, valid: Parts): InvalidCall[] {
  const { body: schema } = route;
  if (!schema) return [];
  const body = valid.body as Record<string, unknown>;
  const others = [
    null,
    7,
    -1,
    1e300,
    true,
    'a\0b',
    '\ud800',
    '',
    'x\r\nBcc: eve@example.com',
    [],
    {},
    [[[]]],
    'x'.repeat(15_000),
  ];
  const changed = [
    ...Object.keys(body).flatMap((field) =>
      others.map((value) => ({
        what: `${field}: ${JSON.stringify(value).slice(0, 40)}`,
        body: { ...body, [field]: value },
      })),
    ),
    { what: 'an unknown field', body: { ...body, unknown: 1 } },
    {
      what: 'a prototype key',
      body: JSON.parse(`{"__proto__":{"admin":true},${JSON.stringify(body).slice(1)}`) as object,
    },
    { what: 'a list', body: [body] },
    { what: 'nothing in it', body: {} },
  ];
  return changed
    .filter((one) => !schema.safeParse(one.body).success)
    .map((one) => ({
      what: `body ${one.what}`,
      call: { ...valid, body: textOf(one.body) },
      ...refusal(400, 'invalid-request'),
    }));
}

/** JSON.stringify leaves a key `__proto__` of the object's own in, and writes half a pair as its escape. */
const textOf = (body: unknown) => JSON.stringify(body);

/** What is wrong before anything is read as JSON; of a body that the route does not even want, too. */
function invalidBytes({ method, maxBodyBytes = 102_400, bodyTypes }: Route, valid: Parts): InvalidCall[] {
  if (method === 'GET') return [];
  const type = valid.headers?.['content-type'] ?? bodyTypes?.[0] ?? 'application/json';
  const of = (body: string, headers: Record<string, string> = {}) => ({
    ...valid,
    body,
    headers: { ...valid.headers, 'content-type': type, ...headers },
  });
  const malformed = refusal(400, 'malformed-body');
  return [
    { what: 'malformed JSON', call: of('{"name":'), ...malformed },
    { what: 'a body that is a text', call: of('"text"'), ...malformed },
    { what: 'null', call: of('null'), ...malformed },
    { what: 'bytes that are no gzip', call: of('not gzip', { 'content-encoding': 'gzip' }), ...malformed },
    {
      what: 'another media type',
      call: of('<a/>', { 'content-type': 'text/xml' }),
      ...refusal(415, 'unsupported-media-type'),
    },
    {
      what: 'an unknown encoding',
      call: of('{}', { 'content-encoding': 'bogus' }),
      ...refusal(415, 'unsupported-encoding'),
    },
    {
      what: 'an unknown charset',
      call: of('{}', { 'content-type': `${type}; charset=bogus` }),
      ...refusal(415, 'unsupported-encoding'),
    },
    {
      what: 'a body that is too large',
      call: of(`{"name":"${'x'.repeat(maxBodyBytes)}"}`),
      ...refusal(413, 'body-too-large'),
    },
  ];
}
