import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import {
  createGmail,
  createUndiciTransport,
  fetchTransport,
  GmailAccessRevokedError,
  GmailBadAnswerError,
  GmailHistoryExpiredError,
  GmailNotFoundError,
  GmailRateLimitError,
  GmailRequestError,
  GmailUnavailableError,
  type Gmail,
  type GmailEvent,
  type GmailOptions,
  type Transport,
} from '../src/index.ts';
import { json, profile, refusal, startTinyServer, type Answerer, type TinyServer } from './tiny-server.ts';

const plantedToken = 'ya29.planted-token-never-to-be-seen';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function serve(answer: Answerer): Promise<TinyServer> {
  const server = await startTinyServer(answer);
  open.push(server);
  return server;
}

function client(server: TinyServer, options: GmailOptions = {}): { gmail: Gmail; events: GmailEvent[] } {
  const events: GmailEvent[] = [];
  const gmail = createGmail({
    apiUrl: server.url,
    maxInlineWaitMs: 0,
    onEvent: (event) => events.push(event),
    ...options,
  });
  open.unshift(gmail);
  return { gmail, events };
}

const withToken = { getAccessToken: () => plantedToken };

async function failure(work: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return work.then(
    () => {
      throw new Error('should have failed');
    },
    (error) => error,
  );
}

const transports = { fetch: () => fetchTransport(), undici: () => createUndiciTransport() };

describe.each(Object.keys(transports) as (keyof typeof transports)[])('a call through %s', (name) => {
  const transport = () => transports[name]();

  it('asks for what is needed, compressed, and checks the answer', async () => {
    const server = await serve((_request, response) => json(response, profile));
    const { gmail, events } = client(server, { transport: transport() });
    await expect(gmail.mailbox(withToken).getProfile()).resolves.toEqual(profile);
    const [request] = server.requests;
    expect(request?.path).toMatch(/^\/gmail\/v1\/users\/me\/profile\?fields=.*&prettyPrint=false$/);
    expect(request?.headers).toMatchObject({
      'accept-encoding': expect.stringContaining('gzip'),
      'user-agent': expect.stringContaining('gzip'),
    });
    expect(request?.token).toBe(plantedToken);
    expect(events).toMatchObject([
      { type: 'gmail_request', operation: 'getProfile', status: 200, retryCount: 0 },
    ]);
  });

  it.each([
    ['HTML', 200, '<html>sign in</html>'],
    ['cut off', 200, '{"emailAddress":"ann@exa'],
    ['empty', 200, ''],
    ['of another shape', 200, '{"kind":"something"}'],
    ['a string', 200, '"hello"'],
    ['204', 204, ''],
  ])('takes a 2xx answer that is %s for a bad one, worth another try', async (_title, status, body) => {
    const server = await serve((_request, response) => void response.writeHead(status).end(body));
    const { gmail } = client(server, { transport: transport() });
    const error = await failure(gmail.mailbox(withToken).getProfile());
    expect(error).toBeInstanceOf(GmailBadAnswerError);
    expect(error.retryable).toBe(true);
  });

  it('takes a connection reset in the middle of an answer for an outage', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"emailAddress":');
      setImmediate(() => response.destroy());
    });
    const { gmail } = client(server, { transport: transport() });
    expect(await failure(gmail.mailbox(withToken).getProfile())).toBeInstanceOf(GmailUnavailableError);
  });

  it.each([
    ['before its headers', () => undefined],
    ['in its body', (response: Parameters<Answerer>[1]) => void response.writeHead(200).write('{')],
  ])('ends an answer that hangs %s at the deadline and closes its connection', async (_title, begin) => {
    const server = await serve((_request, response) => begin(response));
    const { gmail } = client(server, { transport: transport(), timeoutMs: 60 });
    const error = await failure(gmail.mailbox(withToken).getProfile());
    expect(error).toBeInstanceOf(GmailUnavailableError);
    expect(error.reason).toBe('timeout');
    await until(() => server.cutOff() === 1);
  });

  it('rejects at once when aborted, with the reason given, closes the connection and frees the slot', async () => {
    const server = await serve(({ path }, response) => {
      if (path.includes('/profile')) json(response, profile);
    });
    const { gmail } = client(server, { transport: transport(), concurrency: 1 });
    const mailbox = gmail.mailbox(withToken);
    const stop = new AbortController();
    const hanging = mailbox.getMessage('a', {}, stop.signal);
    const waiting = mailbox.getMessage('b', {}, stop.signal);
    const reason = new Error('enough');
    const failures = Promise.all([failure(hanging), failure(waiting)]);
    await until(() => server.requests.length === 1);
    stop.abort(reason);
    await expect(failures).resolves.toEqual([reason, reason]);
    await expect(mailbox.getProfile()).resolves.toEqual(profile);
    expect(mailbox.queue()).toEqual({ size: 0, pending: 0 });
    expect(server.requests).toHaveLength(2);
    await until(() => server.cutOff() === 1);
  });

  it('takes an unreachable server for an outage, by its code', async () => {
    const server = await startTinyServer(() => undefined);
    const { gmail } = client(server, { transport: transport() });
    await server.close();
    const error = await failure(gmail.mailbox(withToken).getProfile());
    expect(error).toBeInstanceOf(GmailUnavailableError);
    expect(error.reason).toBe('ECONNREFUSED');
  });

  it('never lets the token into an error', async () => {
    const answers: Answerer[] = [
      (_request, response) => json(response, refusal(500, 'backendError'), 500),
      (_request, response) => json(response, refusal(403, 'forbidden'), 403),
      (_request, response) => json(response, refusal(429, 'rateLimitExceeded'), 429),
      ({ token }, response) => void response.writeHead(200).end(`<html>${token}</html>`),
      ({ token }, response) => json(response, refusal(400, 'invalid', `bad token ${token}`), 400),
      (_request, response) => void response.destroy(),
      (_request, response) => json(response, refusal(401, 'authError'), 401),
      () => undefined,
    ];
    for (const answer of answers) {
      const server = await serve(answer);
      const { gmail } = client(server, { transport: transport(), timeoutMs: 200 });
      const error = await failure(gmail.mailbox(withToken).getProfile());
      const seen =
        inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + String(error.stack);
      expect(seen).not.toContain(plantedToken);
    }
  });
});

describe('the order of a call', () => {
  it('keeps the breaker closed on a slow but healthy Gmail, however long calls wait for their slot', async () => {
    const server = await serve(async (_request, response) => {
      await sleep(200);
      json(response, profile);
    });
    // The last one waits two seconds for its slot, longer than any one call may take.
    const { gmail } = client(server, { timeoutMs: 1_500, concurrency: 3 });
    const mailbox = gmail.mailbox(withToken);
    const profiles = await Promise.all(Array.from({ length: 30 }, () => mailbox.getProfile()));
    expect(profiles).toHaveLength(30);
    expect(gmail.breakers.states().read).toBe('closed');
    expect(server.peak()).toBe(3);
  });

  it('starts no more calls in any sliding interval than its cap', async () => {
    const starts: number[] = [];
    const server = await serve((_request, response) => json(response, profile));
    const { send } = fetchTransport();
    // Noted where a call departs: the network and a busy server move its arrival.
    const noting: Transport = {
      send(request) {
        starts.push(performance.now());
        return send(request);
      },
    };
    const { gmail } = client(server, { concurrency: 10, intervalCap: 4, intervalMs: 400, transport: noting });
    const mailbox = gmail.mailbox(withToken);
    await Promise.all(Array.from({ length: 13 }, () => mailbox.getProfile()));
    starts.forEach((start, index) => expect((starts[index + 4] ?? Infinity) - start).toBeGreaterThan(380));
  });

  it('holds no slot while it waits for its next try', async () => {
    let failing = true;
    const server = await serve(({ path }, response) => {
      if (path.includes('/messages/') && failing) json(response, refusal(503, 'backendError'), 503);
      else json(response, path.includes('/messages/') ? { id: 'a', threadId: 't' } : profile);
    });
    const { gmail, events } = client(server, { concurrency: 1, maxInlineWaitMs: 1_000, backoffMs: 150 });
    const mailbox = gmail.mailbox(withToken);
    const message = mailbox.getMessage('a');
    await until(() => events.some(({ type }) => type === 'retry'));
    await mailbox.getProfile();
    failing = false;
    await expect(message).resolves.toMatchObject({ id: 'a' });
    expect(server.requests.map(({ path }) => path.split(/[/?]/)[5])).toEqual([
      'messages',
      'profile',
      'messages',
    ]);
  });
});

describe('what an answer stands for', () => {
  const cases: [string, number, unknown, Record<string, string>, Record<string, unknown>][] = [
    [
      'a rate per user',
      429,
      refusal(429, 'rateLimitExceeded', 'User-rate limit exceeded.  Retry after 2999-01-01T00:00:00.000Z'),
      {},
      { name: 'GmailRateLimitError', scope: 'user', retryAfterMs: 900_000 },
    ],
    [
      'concurrency',
      429,
      refusal(429, 'rateLimitExceeded', 'Too many concurrent requests for user.'),
      {},
      { name: 'GmailRateLimitError', scope: 'concurrency', retryAfterMs: 2_000 },
    ],
    [
      'a rate with a time',
      429,
      refusal(429, 'userRateLimitExceeded'),
      { 'retry-after': '7' },
      { name: 'GmailRateLimitError', scope: 'user', retryAfterMs: 7_000 },
    ],
    [
      'an unnamed 429',
      429,
      'slow down',
      {},
      { name: 'GmailRateLimitError', scope: 'user', retryAfterMs: 10_000 },
    ],
    [
      'a stale time',
      429,
      'slow down',
      { 'retry-after': 'Mon, 01 Jan 2001 00:00:00 GMT' },
      { name: 'GmailRateLimitError', retryAfterMs: 1_000 },
    ],
    [
      'the units per minute of a user',
      403,
      refusal(
        403,
        'rateLimitExceeded',
        "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service",
      ),
      {},
      { name: 'GmailRateLimitError', scope: 'user' },
    ],
    [
      'the units per minute of the project',
      403,
      refusal(
        403,
        'rateLimitExceeded',
        "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service",
      ),
      {},
      { name: 'GmailRateLimitError', scope: 'project' },
    ],
    [
      'the units of the day',
      403,
      refusal(403, 'dailyLimitExceeded'),
      {},
      { name: 'GmailRateLimitError', scope: 'day', retryAfterMs: 900_000 },
    ],
    [
      'an exhausted resource',
      429,
      {
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          message: 'Resource has been exhausted (e.g. check quota).',
        },
      },
      {},
      { name: 'GmailRateLimitError', scope: 'user', reason: 'RESOURCE_EXHAUSTED' },
    ],
    [
      'a missing scope',
      403,
      refusal(403, 'insufficientPermissions'),
      {},
      { name: 'GmailAccessRevokedError', kind: 'scope', retryable: false },
    ],
    [
      'an admin’s no',
      403,
      refusal(403, 'domainPolicy'),
      {},
      { name: 'GmailAccessRevokedError', kind: 'policy', retryable: false },
    ],
    ['another 403', 403, refusal(403, 'forbidden'), {}, { name: 'GmailRequestError', retryable: false }],
    ['something gone', 404, refusal(404, 'notFound'), {}, { name: 'GmailNotFoundError', retryable: false }],
    [
      'a bad request',
      400,
      refusal(400, 'invalidArgument'),
      {},
      { name: 'GmailRequestError', retryable: false, reason: 'invalidArgument' },
    ],
    [
      'a passing precondition',
      400,
      refusal(400, 'failedPrecondition'),
      {},
      { name: 'GmailRequestError', retryable: true },
    ],
    [
      'a bad hour',
      503,
      '<html>busy</html>',
      { 'retry-after': '3' },
      { name: 'GmailUnavailableError', retryAfterMs: 3_000 },
    ],
    [
      'a broken backend',
      500,
      refusal(500, 'backendError'),
      {},
      { name: 'GmailUnavailableError', status: 500, retryAfterMs: undefined },
    ],
    ['a redirect', 302, '', { location: '/elsewhere' }, { name: 'GmailBadAnswerError' }],
  ];

  it.each(cases)('%s', async (_title, status, body, headers, expected) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const server = await serve((_request, response) => void response.writeHead(status, headers).end(text));
    const { gmail } = client(server, { transport: createUndiciTransport() });
    expect(await failure(gmail.mailbox(withToken).getProfile())).toMatchObject(expected);
  });

  it('a 404 of history is the end of that history, of anything else a missing thing', async () => {
    const server = await serve((_request, response) => json(response, refusal(404, 'notFound'), 404));
    const { gmail } = client(server);
    const mailbox = gmail.mailbox(withToken);
    expect(await failure(mailbox.listHistory({ startHistoryId: '1' }))).toBeInstanceOf(
      GmailHistoryExpiredError,
    );
    expect(await failure(mailbox.getThread('t'))).toBeInstanceOf(GmailNotFoundError);
  });
});

describe('a refused mailbox', () => {
  it('sends nothing more before the stated time, while others go on', async () => {
    const server = await serve(({ token }, response) => {
      if (token === 'a') json(response, refusal(429, 'userRateLimitExceeded'), 429, { 'retry-after': '30' });
      else json(response, profile);
    });
    const { gmail } = client(server);
    const refused = gmail.mailbox({ getAccessToken: () => 'a' });
    expect(await failure(refused.getProfile())).toBeInstanceOf(GmailRateLimitError);
    const again = await failure(refused.listLabels());
    expect(again).toMatchObject({ name: 'GmailRateLimitError', scope: 'user', reason: 'cooldown' });
    expect(again.retryAfterMs).toBeGreaterThan(29_000);
    await gmail.mailbox({ getAccessToken: () => 'b' }).getProfile();
    expect(server.requests.map(({ token }) => token)).toEqual(['a', 'b']);
  });

  it('waits out a short refusal in place, not a millisecond less', async () => {
    const times: number[] = [];
    const server = await serve((_request, response) => {
      times.push(performance.now());
      if (times.length > 1) json(response, profile);
      else json(response, refusal(429, 'userRateLimitExceeded'), 429, { 'retry-after': '1' });
    });
    const { gmail, events } = client(server, { maxInlineWaitMs: 2_000 });
    await gmail.mailbox(withToken).getProfile();
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1_000);
    expect(events.map(({ type }) => type)).toEqual(['gmail_request', 'rate_limit', 'retry', 'gmail_request']);
  });

  it('keeps every mailbox silent when the project is refused', async () => {
    const server = await serve((_request, response) =>
      json(response, refusal(403, 'dailyLimitExceeded'), 403),
    );
    const { gmail } = client(server);
    await failure(gmail.mailbox({ getAccessToken: () => 'a' }).getProfile());
    await failure(gmail.mailbox({ getAccessToken: () => 'b' }).getProfile());
    expect(server.requests).toHaveLength(1);
  });
});

describe('an expired access token', () => {
  it('is renewed once for all calls that were refused with it', async () => {
    const server = await serve(({ token }, response) =>
      token === 'new' ? json(response, profile) : json(response, refusal(401, 'authError'), 401),
    );
    const { gmail } = client(server, { concurrency: 20 });
    const renewals: string[] = [];
    let current = 'old';
    const mailbox = gmail.mailbox({
      async getAccessToken(_signal, { rejected }) {
        if (rejected === current) {
          renewals.push(rejected);
          await sleep(20);
          current = 'new';
        }
        return current;
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => mailbox.getProfile()));
    expect(renewals).toEqual(['old']);
  });

  it('ends as revoked access when the new token is refused too, and never opens the breaker', async () => {
    const server = await serve((_request, response) => json(response, refusal(401, 'authError'), 401));
    const { gmail } = client(server);
    let made = 0;
    const mailbox = gmail.mailbox({ getAccessToken: () => `token-${(made += 1)}` });
    for (let call = 0; call < 15; call += 1) {
      expect(await failure(mailbox.getProfile())).toMatchObject({
        name: 'GmailAccessRevokedError',
        kind: 'token',
      });
    }
    expect(server.requests).toHaveLength(30);
    expect(gmail.breakers.states().read).toBe('closed');
  });

  it('ends as revoked access when there is no other token', async () => {
    const server = await serve((_request, response) => json(response, refusal(401, 'authError'), 401));
    const { gmail } = client(server);
    const error = await failure(gmail.mailbox(withToken).getProfile());
    expect(error).toBeInstanceOf(GmailAccessRevokedError);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a write', () => {
  it('that sends mail is never sent twice after an unknown outcome', async () => {
    const server = await serve((_request, response) => json(response, refusal(503, 'backendError'), 503));
    const { gmail } = client(server, { maxInlineWaitMs: 1_000, backoffMs: 1 });
    expect(await failure(gmail.mailbox(withToken).sendMessage({ raw: 'QQ' }))).toBeInstanceOf(
      GmailUnavailableError,
    );
    expect(server.requests).toHaveLength(1);
  });

  it('that may be repeated is, and passes what it was given', async () => {
    const server = await serve(({ path }, response) => {
      if (server.requests.length === 1) json(response, refusal(503, 'backendError'), 503);
      else if (path.includes('batchModify')) response.writeHead(204).end();
      else json(response, { id: 'a', threadId: 't', labelIds: ['X'] });
    });
    const { gmail } = client(server, { maxInlineWaitMs: 1_000, backoffMs: 1 });
    const mailbox = gmail.mailbox(withToken);
    await mailbox.batchModify(['a', 'b'], { addLabelIds: ['X'] });
    await mailbox.modifyMessage('a/b', { removeLabelIds: ['Y'] });
    await mailbox.trashMessage('a');
    expect(server.requests.map(({ path, body }) => [path.split('?')[0], body])).toEqual([
      ['/gmail/v1/users/me/messages/batchModify', '{"ids":["a","b"],"addLabelIds":["X"]}'],
      ['/gmail/v1/users/me/messages/batchModify', '{"ids":["a","b"],"addLabelIds":["X"]}'],
      ['/gmail/v1/users/me/messages/a%2Fb/modify', '{"removeLabelIds":["Y"]}'],
      ['/gmail/v1/users/me/messages/a/trash', ''],
    ]);
  });
});

describe('retries', () => {
  it('stay within a tenth of the calls during an outage', async () => {
    const server = await serve((_request, response) => json(response, refusal(503, 'backendError'), 503));
    const { gmail } = client(server, {
      concurrency: 10,
      maxInlineWaitMs: 1_000,
      backoffMs: 1,
      breaker: { volumeThreshold: 1_000_000 },
    });
    const mailbox = gmail.mailbox(withToken);
    await Promise.all(Array.from({ length: 500 }, () => failure(mailbox.getProfile())));
    // The reserve of ten on top of the tenth.
    expect(server.requests.length).toBeLessThanOrEqual(500 * 1.1 + 10);
  });

  it('never follow a refusal of the request itself', async () => {
    const server = await serve((_request, response) => json(response, refusal(400, 'invalidArgument'), 400));
    const { gmail } = client(server, { maxInlineWaitMs: 1_000, backoffMs: 1 });
    expect(await failure(gmail.mailbox(withToken).getProfile())).toBeInstanceOf(GmailRequestError);
    expect(server.requests).toHaveLength(1);
  });
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await sleep(2);
  }
}
