import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@finito/testing';
import fc from 'fast-check';
import { aGateway, aMessage } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
let headers: Record<string, string>;
beforeAll(async () => {
  gateway = await aGateway();
  const user = await gateway.aUser();
  headers = { authorization: user.authorization, 'content-type': 'application/json' };
  const mailbox = await gateway.aMailbox(user.id);
  await mailbox.store(aMessage('a1'));
});
afterAll(() => gateway?.close());

const post = (path: string, body: string, more: Record<string, string> = {}) =>
  fetch(gateway.origin + path, { method: 'POST', headers: { ...headers, ...more }, body });
const get = (path: string) => fetch(gateway.origin + path, { headers });

describe('bad input', () => {
  it.each([
    ['malformed JSON', '{"name":', 400, 'malformed-body'],
    ['a body that is no object', '"text"', 400, 'malformed-body'],
    ['a wrong type', '{"name":7}', 400, 'invalid-request'],
    ['a field that is not known', '{"nane":"x"}', 400, 'invalid-request'],
    ['a prototype key', '{"__proto__":{"admin":true}}', 400, 'invalid-request'],
    ['a NUL', '{"name":"a\\u0000b"}', 400, 'invalid-request'],
    ['half of a surrogate pair', '{"name":"a\\ud800"}', 400, 'invalid-request'],
    ['a body that is too large', `{"name":"${'x'.repeat(200_000)}"}`, 413, 'body-too-large'],
  ])('%s is refused with its problem', async (_what, body, status, type) => {
    const response = await post('/api/auth/tokens', body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      type: `/problems/${type}`,
      status,
      instance: response.headers.get('x-request-id'),
    });
  });

  it.each([
    ['that says so', 'Content-Length: 52428800', 'x'.repeat(65_536)],
    ['that comes in chunks', 'Transfer-Encoding: chunked', `10000\r\n${'x'.repeat(65_536)}\r\n`],
  ])('a body of 50 MB %s is refused while it comes, and not read', async (_what, length, piece) => {
    const client = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
    let [answer, isClosed] = ['', false];
    client.on('error', () => undefined).on('close', () => (isClosed = true));
    client.setEncoding('utf8').on('data', (part: string) => (answer += part));
    const head = [
      'POST /api/logs/client-events HTTP/1.1',
      'Host: a',
      'Content-Type: application/json',
      length,
    ];
    client.write(`${head.join('\r\n')}\r\n\r\n`);
    for (let sent = 0; sent < 52_428_800 && !isClosed; sent += piece.length) {
      if (!client.write(piece)) await until(() => client.writableLength === 0 || isClosed, { everyMs: 1 });
    }
    await until(() => isClosed);
    expect(answer).toMatch(/^HTTP\/1\.1 413 [^]*"type":"\/problems\/body-too-large"/);
    // What the system holds of it on its way.
    expect(client.bytesWritten - client.writableLength).toBeLessThan(26_214_400);
  });

  it('names each field that is wrong', async () => {
    const response = await post('/api/auth/tokens', '{"name":7,"expiresInDays":0}');
    const { errors } = (await response.json()) as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path)).toEqual(['body.name', 'body.expiresInDays']);
  });

  it('of a media type that is not read is refused', async () => {
    expect((await post('/api/auth/tokens', 'name=x', { 'content-type': 'text/xml' })).status).toBe(415);
    expect((await post('/api/auth/tokens', '{}', { 'content-encoding': 'bogus' })).status).toBe(415);
    expect((await post('/api/auth/tokens', 'not gzip', { 'content-encoding': 'gzip' })).status).toBe(400);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=abc',
    'limit=1&limit=2',
    'cursor=nonsense',
    'cursor=',
    'unknown=1',
    'mailboxId=mb_1',
    'q=%00',
    `q=${'x'.repeat(501)}`,
  ])('a list asked for with ?%s is refused', async (query) => {
    expect((await get(`/api/emails?${query}`)).status).toBe(400);
  });

  it('a cursor that somebody made gives a page or a refusal, never a failure', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        const cursor = Buffer.from(json).toString('base64url');
        expect([200, 400]).toContain((await get(`/api/emails?cursor=${cursor}`)).status);
      }),
      { numRuns: 50 },
    );
  });

  it('whatever is searched for is searched for', async () => {
    const pieces = fc.constantFrom(
      'from:',
      'is:',
      'label:',
      '"',
      '-',
      ':',
      '(',
      ')',
      '|',
      '&',
      '!',
      '*',
      '<->',
      '\\',
      '%',
      'after:',
      '2026/01/01',
      'a',
      ' ',
      'é',
      '😀',
      "'",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 20 }), async (words) => {
        expect((await get(`/api/emails?q=${encodeURIComponent(words.join(''))}`)).status).toBe(200);
      }),
      { numRuns: 100 },
    );
  });

  it('a path or method that is not known has a problem document too', async () => {
    const unknown = await get('/api/nothing-here');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ type: '/problems/not-found' });
    const method = await fetch(`${gateway.origin}/api/mailboxes`, { method: 'PUT', headers });
    expect(method.status).toBe(405);
    expect(method.headers.get('allow')).toBe('GET');
    expect((await get('/api/emails/%E0%A4%A')).status).toBe(400);
    expect((await get('/api/%zz')).status).toBe(400);
  });

  it('a path in capitals, or with a slash at its end, means the same route; with more or less it means none', async () => {
    for (const path of ['/api/mailboxes', '/API/Mailboxes', '/api/mailboxes/', '/api/mailboxes?']) {
      expect((await get(path)).status).toBe(200);
    }
    for (const path of [
      '/api/mailboxes//',
      '/api//mailboxes',
      '/api/mailbox',
      '/api/mailboxes/x/y/z',
      '/api',
    ]) {
      expect((await get(path)).status).toBe(404);
    }
  });

  it.each(['http://[', 'http://a:b:c/api', 'http://host/api/mailboxes', '//', '*', '/?', '/%'])(
    'the target %s gets an answer, and the gateway goes on',
    async (target) => {
      const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      const [status] = /^HTTP\/1.1 [234]\d\d /.exec(await text(socket)) ?? [];
      expect(status).toBeDefined();
      expect((await get('/api/mailboxes')).status).toBe(200);
    },
  );

  it('headers that are too many are refused before anything is done', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request(
        `${gateway.origin}/api/mailboxes`,
        { headers: { 'x-bomb': 'x'.repeat(60_000) } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      asked.on('error', reject);
      asked.end();
    });
    expect(status).toBe(431);
  });

  it('leaves nothing of itself in the log', async () => {
    await post('/api/auth/tokens', '{"name":"canary-4711"', {});
    await get('/api/emails?q=canary-4711&cursor=canary-4711');
    expect(gateway.log()).not.toContain('canary-4711');
  });
});
