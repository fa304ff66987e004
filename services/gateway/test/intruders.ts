// Those who may not: each is a set of headers, or a way of writing an address, that somebody might hope to pass with.
import { createSessions } from '../src/sessions.ts';
import { createBearerTokens } from '../src/bearer-tokens.ts';
import { sha256 } from '../src/authenticate.ts';
import type { Reader, Target } from './a-reader.ts';

export interface Intruder {
  name: string;
  headers: Record<string, string>;
  /** Proves who it is, and is not the owner. */
  isUser?: true;
  /** Another way to write the same address. */
  rewrite?: (path: string) => string;
}

const withQuery = (text: string) => (path: string) => `${path}${path.includes('?') ? '&' : '?'}${text}`;
const beforeQuery = (text: string) => (path: string) => path.replace(/(?=\?|$)/, text);

/** Addresses that might miss the guard and reach the route, and headers that some proxies believe. */
const tricks: Intruder[] = [
  { name: '?admin=true', headers: {}, rewrite: withQuery('admin=true&user=admin') },
  { name: 'capital letters', headers: {}, rewrite: (path) => path.replace('/api/', '/API/') },
  { name: 'two slashes', headers: {}, rewrite: (path) => `/${path}` },
  { name: 'a slash at the end', headers: {}, rewrite: beforeQuery('/') },
  { name: 'an encoded slash', headers: {}, rewrite: (path) => path.replace('/api/', '/api%2f') },
  { name: 'an open route in front', headers: {}, rewrite: (path) => path.replace('/api/', '/api/docs/..;/') },
  { name: 'a parameter in the path', headers: {}, rewrite: beforeQuery(';admin=true') },
  { name: 'a file extension', headers: {}, rewrite: beforeQuery('.json') },
  {
    name: 'this machine as its origin',
    headers: { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
  },
  {
    name: 'another address in a header',
    headers: { 'x-original-url': '/api/docs', 'x-rewrite-url': '/api/docs' },
  },
  {
    name: 'another method in a header',
    headers: { 'x-http-method-override': 'OPTIONS', 'x-http-method': 'HEAD' },
  },
  { name: 'a role of its own', headers: { 'x-admin': 'true', 'x-role': 'admin', 'x-authenticated': '1' } },
  { name: 'empty keys', headers: { 'x-health-api-key': '', 'x-admin-api-key': '' } },
  { name: 'keys made up', headers: { 'x-health-api-key': 'nonsense', 'x-admin-api-key': 'true' } },
];

/** Who proves nothing, though with what was once the owner's or looks like it. */
export async function strangers(owner: Reader, { db, secret, keys }: Target): Promise<Intruder[]> {
  const sessionOf = async (given: { secret?: string; hours?: number }) =>
    (await createSessions({ secret, isHttps: false, hours: 1, ...given }).start(owner.id)).split(';')[0]!;
  const tokens = createBearerTokens(secret);
  const [expired, revoked] = [tokens.create(), tokens.create()];
  const past = new Date(Date.now() - 1_000);
  await db.apiTokens.create(owner.id, { sha256: sha256(expired), name: 'expired', expiresAt: past });
  const { id } = await db.apiTokens.create(owner.id, {
    sha256: sha256(revoked),
    name: 'gone',
    expiresAt: null,
  });
  await db.apiTokens.revoke(owner.id, id);
  const attempt = await createSessions({ secret, isHttps: false, hours: 1 }).startAttempt({
    ...{ state: 'state', codeVerifier: 'verifier' },
  });
  const [head, body, signature] = owner.cookie.slice('finito='.length).split('.') as [string, string, string];
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const cookie = (value: string) => ({ cookie: `finito=${value}` });
  return [
    { name: 'nobody', headers: {} },
    { name: 'an empty token', headers: bearer('') },
    { name: 'a nonsense token', headers: bearer('undefined') },
    {
      name: 'an altered token',
      headers: bearer(`${owner.token.slice(0, -1)}${owner.token.endsWith('A') ? 'B' : 'A'}`),
    },
    { name: 'a token with something behind it', headers: bearer(`${owner.token} x`) },
    {
      name: 'a token of another installation',
      headers: bearer(createBearerTokens('another secret').create()),
    },
    { name: 'a token that was never given out', headers: bearer(tokens.create()) },
    { name: 'an expired token', headers: bearer(expired) },
    { name: 'a revoked token', headers: bearer(revoked) },
    { name: 'a token under another scheme', headers: { authorization: `Basic ${owner.token}` } },
    { name: 'a token as a cookie', headers: cookie(owner.token) },
    { name: 'a bad token beside a good session', headers: { ...bearer('nonsense'), cookie: owner.cookie } },
    { name: 'an expired session', headers: { cookie: await sessionOf({ hours: -1 }) } },
    {
      name: 'a session of another secret',
      headers: { cookie: await sessionOf({ secret: 'another secret' }) },
    },
    { name: 'a session with another signature', headers: cookie(`${head}.${body}.${'A'.repeat(43)}`) },
    { name: 'a session without a signature', headers: cookie(`${none}.${body}.`) },
    { name: 'a session that says it has none', headers: cookie(`${none}.${body}.${signature}`) },
    { name: 'a sign-in as a session', headers: cookie(/=([^;]+)/.exec(attempt)![1]!) },
    { name: 'a session as a token', headers: bearer(owner.cookie.slice('finito='.length)) },
    { name: 'the id of a user', headers: { ...cookie(owner.id), 'x-user-id': owner.id } },
    {
      name: 'a beginning of the keys',
      headers: keysOf(keys['health-key'].slice(0, -1), keys['admin-key'].slice(0, -1)),
    },
    ...tricks,
  ];
}

/** Who proves something, and not what this route asks for. */
export function wrongOnes(other: { authorization: string; cookie: string }, { keys }: Target) {
  const isUser = true as const;
  const health: Intruder = {
    name: 'the key of health',
    headers: keysOf(keys['health-key'], keys['health-key']),
  };
  return {
    users: [
      { isUser, name: 'another user with a token', headers: { authorization: other.authorization } },
      { isUser, name: 'another user with a session', headers: { cookie: other.cookie } },
      {
        isUser,
        name: 'another user, ?admin=true',
        headers: { cookie: other.cookie },
        rewrite: withQuery('admin=true'),
      },
    ] as Intruder[],
    'health-key': health,
    'admin-key': {
      name: 'the key of operators',
      headers: keysOf(keys['admin-key'], keys['admin-key']),
    } as Intruder,
  };
}

const keysOf = (health: string, admin: string) => ({ 'x-health-api-key': health, 'x-admin-api-key': admin });
