// Secrets and mail go in through the front door, then everything that is written is searched for them (GOALS.md G9).
// What is found anywhere but in the columns that hold mail is a leak.
import { randomBytes } from 'node:crypto';
import { createApiClient } from '@finito/api';
import { Pool } from 'pg';
import { aMessage } from './a-gateway.ts';
import { aReader } from './a-reader.ts';
import type { Target } from './a-reader.ts';
import { stringsIn } from './redis-dump.ts';

export interface Planted {
  /** What was planted, by what it is. */
  canaries: Record<string, string>;
  /** Where each was found that should not be there, as `kind: place`. */
  hits: string[];
  /** Columns that hold mail, in which some were found: that the search finds anything at all. */
  kept: string[];
}

/** What can be searched of a running installation. */
export interface Searched {
  databaseUrl: string;
  redisUrl: string;
  /** Secrets of the installation itself, by name. */
  ownSecrets: Record<string, string>;
  log: () => string;
  metrics: () => Promise<string>;
}

/** Columns that are there to hold mail, addresses and names that people gave. */
const holdMail = new Set([
  ...['subject', 'from_name', 'from_address', 'recipients', 'message_id', 'snippet', 'search'].map(
    (c) => `emails.${c}`,
  ),
  ...['text', 'html', 'attachments'].map((column) => `contents.${column}`),
  ...['users.email_address', 'users.name', 'mailboxes.email_address', 'labels.name', 'api_tokens.name'],
  ...['outbox.payload', 'outbox.idempotency_key'],
]);

export async function plantSecrets(target: Target, searched: Searched): Promise<Planted> {
  const { canaries, answers } = await plant(target);
  const all = { ...canaries, ...searched.ownSecrets };
  const database = await searchDatabase(searched.databaseUrl, all);
  const texts: Record<string, string> = {
    log: searched.log(),
    metrics: await searched.metrics(),
    'answers of errors': answers.join('\n'),
    Redis: (await stringsIn(searched.redisUrl)).join('\n'),
  };
  const hits = Object.entries(texts).flatMap(([place, text]) =>
    Object.keys(all)
      .filter((kind) => stands(all[kind]!, text))
      .map((kind) => `${kind}: ${place}`),
  );
  const isKept = (hit: string) => holdMail.has(hit.split(': ')[1]!);
  return {
    canaries: all,
    hits: [...hits, ...database.filter((hit) => !isKept(hit))],
    kept: database.filter(isKept),
  };
}

async function plant(target: Target) {
  const { origin, db, keys } = target;
  const canaries: Record<string, string> = {};
  const answers: string[] = [];
  const canary = (kind: string) => (canaries[kind] = `canary${randomBytes(9).toString('hex')}`);
  const reader = await aReader(target);
  const { authorization, cookie } = reader;
  Object.assign(canaries, { 'bearer token': reader.token, session: cookie.split('=')[1]! });

  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(origin + path, { redirect: 'manual', ...init });
    const text = await response.clone().text();
    if (response.status >= 400) answers.push(JSON.stringify([...response.headers]), text);
    return response;
  }
  const post = (path: string, body: unknown, headers: Record<string, string> = { authorization }) =>
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  await plantByHeaders({ ask, canary, authorization });
  await plantSignIn({ reader, ask, canaries, canary, db });
  const api = createApiClient({ baseUrl: origin, token: reader.token });
  canaries['new bearer token'] = (await api.createToken({ body: { name: 'script' } })).token;
  await post('/api/auth/tokens', `{"name": ${canary('malformed body')}`);
  await post('/api/auth/tokens', { name: 7, unknown: canary('value of a field') });
  const address = `${canary('recipient')}@example.net`;
  const mail = { to: [{ name: canary('name'), address }], subject: canary('subject'), text: canary('text') };
  const send = (body: object) =>
    post(
      '/api/emails/send',
      { mailboxId: reader.mailboxId, ...body },
      { authorization, 'idempotency-key': 'k' },
    );
  await send(mail);
  await send({ ...mail, subject: `${canary('refused subject')}\r\nBcc: x@example.com` });
  await reader.store(aMessage('abc1', { subject: canary('stored subject'), snippet: canary('snippet') }));
  for (const query of ['q=', 'cursor=', 'label=', 'unknown=']) {
    await ask(`/api/emails?${query}${canary(`query ${query}`)}`, { headers: { authorization } });
  }
  await ask(`/api/emails/${canary('id')}`, { headers: { authorization } });
  await ask(`/${canary('path')}/${canary('path of the page')}`);
  await plantReports({ post, canary });
  target.simulator.inject({ match: { count: 1 }, effect: { status: 500 } });
  await ask(`/api/emails/${reader.emailId}/raw`, { headers: { authorization } });
  await ask('/api/health', { headers: { 'x-health-api-key': keys['health-key'] } });
  return { canaries, answers };
}

type Ask = (path: string, init?: RequestInit) => Promise<Response>;
type Canary = (kind: string) => string;

async function plantByHeaders({
  ask,
  canary,
  authorization,
}: {
  ask: Ask;
  canary: Canary;
  authorization: string;
}) {
  for (const headers of [
    { authorization: `Bearer ${canary('made-up token')}` },
    { authorization: `Basic ${canary('password')}` },
    { cookie: `finito=${canary('made-up session')}; other=${canary('cookie')}` },
    { 'x-health-api-key': canary('made-up health key'), 'x-admin-api-key': canary('made-up admin key') },
    { authorization, 'user-agent': canary('agent'), referer: `https://${canary('referrer')}.example/` },
    { authorization, 'x-forwarded-for': canary('address'), 'x-request-id': canary('id of a request') },
    { authorization, 'last-event-id': canary('event id'), 'idempotency-key': canary('key of nothing') },
  ] as Record<string, string>[]) {
    for (const path of ['/api/emails', '/api/health', '/api/nothing']) await ask(path, { headers });
  }
}

/** A whole sign-in, one that is declined, and one that is made up. */
async function plantSignIn({
  reader,
  ask,
  canaries,
  canary,
  db,
}: {
  reader: Awaited<ReturnType<typeof aReader>>;
  ask: Ask;
  canaries: Record<string, string>;
  canary: Canary;
  db: Target['db'];
}) {
  const { cookie, search } = await reader.consent();
  const query = new URLSearchParams(search);
  Object.assign(canaries, {
    code: query.get('code')!,
    state: query.get('state')!,
    'sign-in': cookie.split('=')[1]!,
  });
  await ask(`/api/auth/google/callback${search}`, { headers: { cookie } });
  await ask(`/api/auth/google/callback${search}`, { headers: { cookie } });
  await ask(`/api/auth/google/callback?code=${canary('made-up code')}&state=${canary('made-up state')}`);
  await ask(`/api/auth/google/callback?error=${canary('error of Google')}`);
  const { refreshToken, accessToken } = (await db.credentials.get(reader.mailboxId))!;
  Object.assign(canaries, { 'refresh token': refreshToken, 'access token': accessToken! });
}

async function plantReports({
  post,
  canary,
}: {
  post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
  canary: Canary;
}) {
  const details = {
    operation: 'messages.get',
    latency: 5,
    [canary('field of an event')]: canary('value of an event'),
  };
  const event = { type: 'error', timestamp: Date.now(), details, subject: canary('subject in an event') };
  await post('/api/logs/client-events', { sessionId: canary('session of a client'), events: [event] }, {});
  await post('/api/logs/client-events', { events: [{ ...event, type: canary('type of an event') }] }, {});
  const uri = `https://example.com/?${canary('blocked address')}`;
  const report = {
    'effective-directive': `script-src ${canary('directive')}`,
    'blocked-uri': uri,
    'document-uri': uri,
  };
  await post('/api/csp-reports', { 'csp-report': report }, { 'content-type': 'application/csp-report' });
}

/** Every text of every table in which one of them stands, as `kind: table.column`. */
async function searchDatabase(url: string, canaries: Record<string, string>): Promise<string[]> {
  const pool = new Pool({ connectionString: url, max: 1 });
  const { rows: columns } = await pool.query<{ table: string; column: string }>(
    `SELECT c.relname AS table, a.attname AS column FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
       AND a.attnum > 0 AND NOT a.attisdropped`,
  );
  const hits: string[] = [];
  for (const { table, column } of columns) {
    const { rows } = await pool.query<{ value: string }>(
      `SELECT "${column}"::text AS value FROM "${table}" WHERE "${column}" IS NOT NULL`,
    );
    const text = rows.map(({ value }) => value).join('\n');
    for (const [kind, canary] of Object.entries(canaries))
      if (stands(canary, text)) hits.push(`${kind}: ${table}.${column}`);
  }
  await pool.end();
  return hits;
}

/** As it is, or anywhere within something that was written as base64. */
function stands(canary: string, text: string): boolean {
  return [canary, ...base64Of(canary)].some((form) => text.includes(form));
}

/** The letters that a text becomes within base64, at each of the three places where it can begin. */
function base64Of(text: string): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]);
    const [from, to] = [Math.ceil((shift * 8) / 6), Math.floor(bytes.length / 3) * 4];
    return (['base64', 'base64url'] as const).map((encoding) => bytes.toString(encoding).slice(from, to));
  });
}
