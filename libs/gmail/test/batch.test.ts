import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { createGmail, type GmailEvent, type GmailOptions, type MessageOutcome } from '../src/index.ts';
import {
  json,
  refusal,
  startTinyServer,
  type Answerer,
  type TinyRequest,
  type TinyServer,
} from './tiny-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

interface Part {
  index: number;
  id: string;
  path: string;
}

function partsOf({ body }: TinyRequest): Part[] {
  const found = body.matchAll(/Content-ID: <(\d+)>\r\n\r\nGET (\S*\/(?:messages|threads)\/(\w+)\S*)\r\n/g);
  return [...found].map(([, index, path, id]) => ({ index: Number(index), path: path!, id: id! }));
}

function part({ index, id }: Part, status = 200, body: unknown = message(id), headers = ''): string {
  const text = JSON.stringify(body, null, 2);
  return `Content-Type: application/http\r\nContent-ID: <response-${index}>\r\n\r\nHTTP/1.1 ${status} X\r\nContent-Type: application/json\r\n${headers}Content-Length: ${text.length}\r\n\r\n${text}\r\n`;
}

function send(response: ServerResponse, parts: string[], named = 'batch_x', used = named) {
  response.writeHead(200, { 'content-type': `multipart/mixed; boundary=${named}` });
  response.end(`${parts.map((each) => `--${used}\r\n${each}`).join('')}--${used}--`);
}

const message = (id: string) => ({ id, threadId: `t${id}`, labelIds: ['INBOX'] });
const ids = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

async function setUp(answer: Answerer, options: GmailOptions = {}) {
  const server = await startTinyServer(answer);
  open.push(server);
  const events: GmailEvent[] = [];
  const gmail = createGmail({
    apiUrl: server.url,
    maxInlineWaitMs: 0,
    onEvent: (event) => events.push(event),
    ...options,
  });
  open.unshift(gmail);
  return { server, events, gmail, mailbox: gmail.mailbox({ getAccessToken: () => 'token' }) };
}

async function collect(outcomes: AsyncIterable<MessageOutcome>): Promise<MessageOutcome[]> {
  const all: MessageOutcome[] = [];
  for await (const outcome of outcomes) all.push(outcome);
  return all;
}

const idsOf = (outcomes: MessageOutcome[]) => outcomes.map(({ id }) => id);
const batches = (server: TinyServer) => server.requests.filter(({ path }) => path.startsWith('/batch/'));

const good: Answerer = (request, response) =>
  send(
    response,
    partsOf(request).map((each) => part(each)),
  );

describe('getMessages in batches', () => {
  it('gives one outcome for each id, whatever the order of the parts', async () => {
    const { server, mailbox } = await setUp((request, response) =>
      send(
        response,
        partsOf(request)
          .reverse()
          .map((each) => part(each)),
      ),
    );
    const outcomes = await collect(
      mailbox.getMessages(ids(60), { format: 'metadata', metadataHeaders: ['From', 'To'] }),
    );
    expect(idsOf(outcomes).sort()).toEqual(ids(60).sort());
    expect(outcomes.every((outcome) => 'message' in outcome && outcome.message.id === outcome.id)).toBe(true);
    const [first] = batches(server);
    expect(first?.path).toBe('/batch/gmail/v1');
    expect(partsOf(first!)).toHaveLength(25);
    expect(partsOf(first!)[0]?.path).toMatch(
      /^\/gmail\/v1\/users\/me\/messages\/m0\?format=metadata&metadataHeaders=From&metadataHeaders=To&fields=.*prettyPrint=false$/,
    );
  });

  it('fails a missing, a cut-off and a foreign part alone, as worth another try', async () => {
    const { mailbox } = await setUp((request, response) => {
      const [a, b, c, d] = partsOf(request);
      send(response, [`${part(b!).slice(0, 100)}\r\n`, part(c!, 200, message('other')), part(d!)]);
      expect(a).toBeDefined();
    });
    const outcomes = await collect(mailbox.getMessages(ids(4)));
    expect(outcomes).toMatchObject([
      { id: 'm0', error: { name: 'GmailBadAnswerError', reason: 'missing-part', retryable: true } },
      { id: 'm1', error: { name: 'GmailBadAnswerError', retryable: true } },
      { id: 'm2', error: { name: 'GmailBadAnswerError', reason: 'other-id' } },
      { id: 'm3', message: { id: 'm3' } },
    ]);
  });

  it('reads each part’s own refusal, and asks for less after one for pace', async () => {
    const { server, events, mailbox } = await setUp((request, response) =>
      send(
        response,
        partsOf(request).map((each) => {
          if (each.id === 'm1') return part(each, 404, refusal(404, 'notFound'));
          if (each.id !== 'm2') return part(each);
          const busy = refusal(429, 'rateLimitExceeded', 'Too many concurrent requests for user');
          return part(each, 429, busy, 'Retry-After: 1\r\n');
        }),
      ),
    );
    const outcomes = await collect(mailbox.getMessages(ids(30), { maxConcurrent: 1 }));
    expect(outcomes.slice(0, 4)).toMatchObject([
      { message: {} },
      { error: { name: 'GmailNotFoundError' } },
      { error: { name: 'GmailRateLimitError', scope: 'concurrency', retryAfterMs: 1_000 } },
      { message: {} },
    ]);
    // The refusal holds for the mailbox: the rest is not sent before its time.
    expect(outcomes.slice(25)).toMatchObject(ids(5).map(() => ({ error: { reason: 'cooldown' } })));
    expect(batches(server)).toHaveLength(1);
    expect(events).toContainEqual({
      type: 'rate_limit',
      operation: 'messages.get',
      scope: 'concurrency',
      retryAfterMs: 1_000,
    });
  });

  it('sends only the failed parts again', async () => {
    const { server, mailbox } = await setUp(
      (request, response) =>
        send(
          response,
          partsOf(request).map((each) =>
            each.id === 'm2' && server.requests.length === 1
              ? part(each, 503, refusal(503, 'backendError'))
              : part(each),
          ),
        ),
      { maxInlineWaitMs: 100, backoffMs: 1 },
    );
    const outcomes = await collect(mailbox.getMessages(ids(5)));
    expect(outcomes.every((outcome) => 'message' in outcome)).toBe(true);
    expect(batches(server).map((request) => partsOf(request).map(({ id }) => id))).toEqual([ids(5), ['m2']]);
  });

  it.each([
    [
      'another boundary than it names',
      (response: ServerResponse, parts: string[]) => send(response, parts, 'named', 'used'),
    ],
    ['no multipart at all', (response: ServerResponse) => void response.writeHead(200).end('<html>')],
  ])('takes an answer with %s for a bad one', async (_title, answer) => {
    const { mailbox } = await setUp((request, response) =>
      answer(
        response,
        partsOf(request).map((each) => part(each)),
      ),
    );
    const outcomes = await collect(mailbox.getMessages(ids(2)));
    expect(outcomes).toMatchObject(
      ids(2).map((id) => ({ id, error: { name: 'GmailBadAnswerError', reason: 'boundary' } })),
    );
  });

  it('counts an outage inside a 200 as an outage', async () => {
    const { gmail, mailbox } = await setUp((request, response) =>
      send(
        response,
        partsOf(request).map((each) => part(each, 503, refusal(503, 'backendError'))),
      ),
    );
    await collect(mailbox.getMessages(ids(60), { maxParts: 5, maxConcurrent: 1 }));
    expect(gmail.breakers.states().batch).toBe('open');
  });

  it('learns from a refusal how many parts the server takes', async () => {
    const { server, mailbox } = await setUp((request, response) => {
      if (partsOf(request).length <= 10) return good(request, response);
      const text = `Inner request count exceeds the limit. Received: ${partsOf(request).length}, Limit: 10`;
      return json(response, refusal(400, 'invalid', text), 400);
    });
    const outcomes = await collect(mailbox.getMessages(ids(40), { maxConcurrent: 1 }));
    expect(outcomes.filter((outcome) => 'message' in outcome)).toHaveLength(40);
    expect(batches(server).map((request) => partsOf(request).length)).toEqual([25, 10, 10, 5, 10, 5]);
  });

  it('never puts more parts into a batch than the caller allows', async () => {
    const { server, mailbox } = await setUp(good);
    await collect(mailbox.getMessages(ids(7), { maxParts: 3, maxConcurrent: 1 }));
    expect(batches(server).map((request) => partsOf(request).length)).toEqual([3, 3, 1]);
  });

  it('renews an access token that ended inside a batch', async () => {
    const { gmail } = await setUp((request, response) =>
      send(
        response,
        partsOf(request).map((each) =>
          request.token === 'new' ? part(each) : part(each, 401, refusal(401, 'authError')),
        ),
      ),
    );
    const mailbox = gmail.mailbox({ getAccessToken: (_signal, { rejected }) => (rejected ? 'new' : 'old') });
    const outcomes = await collect(mailbox.getMessages(ids(3)));
    expect(outcomes.every((outcome) => 'message' in outcome)).toBe(true);
  });
});

describe('getThreads', () => {
  const thread = (id: string) => ({ id, messages: [message(`${id}a`), message(`${id}b`)] });

  it('asks for many threads in one request, and tells of each alone', async () => {
    const { server, events, mailbox } = await setUp((request, response) =>
      send(
        response,
        partsOf(request).map((each) =>
          each.id === 'm1' ? part(each, 404, refusal(404, 'notFound')) : part(each, 200, thread(each.id)),
        ),
      ),
    );
    const outcomes: unknown[] = [];
    for await (const outcome of mailbox.getThreads(ids(3), { format: 'minimal' })) outcomes.push(outcome);
    expect(outcomes).toMatchObject([
      { id: 'm0', thread: { messages: [{ id: 'm0a' }, { id: 'm0b' }] } },
      { id: 'm1', error: { name: 'GmailNotFoundError', operation: 'threads.get' } },
      { id: 'm2', thread: { id: 'm2' } },
    ]);
    expect(server.requests).toHaveLength(1);
    expect(partsOf(server.requests[0]!)[0]?.path).toMatch(
      /^\/gmail\/v1\/users\/me\/threads\/m0\?format=minimal&fields=id%2ChistoryId%2Cmessages.*prettyPrint=false$/,
    );
    expect(events).toContainEqual(
      expect.objectContaining({ operation: 'batch', calls: { operation: 'threads.get', count: 3 } }),
    );
  });

  it('asks for one after the other where there is no batch endpoint', async () => {
    const { server, mailbox } = await setUp(({ path }, response) =>
      path.startsWith('/batch/')
        ? json(response, refusal(404, 'notFound'), 404)
        : json(response, thread(/threads\/(\w+)/.exec(path)![1]!)),
    );
    const found: string[] = [];
    for await (const { id, ...answer } of mailbox.getThreads(ids(4), { maxConcurrent: 1 })) {
      expect(answer).toMatchObject({ thread: { id } });
      found.push(id);
    }
    expect(found.sort()).toEqual(ids(4));
    expect(batches(server)).toHaveLength(1);
  });
});

describe('getMessages one by one', () => {
  const single: Answerer = ({ path }, response) => {
    const id = /messages\/(\w+)/.exec(path)?.[1];
    if (id === undefined || id === 'm3') json(response, refusal(404, 'notFound'), 404);
    else setTimeout(() => json(response, message(id)), 5);
  };

  it('takes over for good where there is no batch endpoint', async () => {
    const { server, gmail, mailbox } = await setUp(single);
    const outcomes = await collect(mailbox.getMessages(ids(30)));
    await collect(gmail.mailbox({ getAccessToken: () => 'other' }).getMessages(ids(3)));
    expect(outcomes.filter((outcome) => 'message' in outcome)).toHaveLength(29);
    expect(outcomes.find(({ id }) => id === 'm3')).toMatchObject({ error: { name: 'GmailNotFoundError' } });
    expect(batches(server).length).toBeLessThanOrEqual(2);
    expect(server.peak()).toBeLessThanOrEqual(3 + 2);
  });

  it('is said to be missing when batches were demanded', async () => {
    const { mailbox } = await setUp(single, { batch: 'on' });
    expect(await collect(mailbox.getMessages(ids(2)))).toMatchObject(
      ids(2).map((id) => ({ id, error: { name: 'BatchMissingError' } })),
    );
  });

  it('keeps to its concurrency', async () => {
    const { server, mailbox } = await setUp(single, { batch: 'off', concurrency: 5 });
    await collect(mailbox.getMessages(ids(20), { maxConcurrent: 2 }));
    expect(server.peak()).toBe(2);
    expect(server.requests).toHaveLength(20);
  });

  it('asks for nothing more once access is revoked', async () => {
    const { server, mailbox } = await setUp(
      (_request, response) => json(response, refusal(403, 'insufficientPermissions'), 403),
      {
        batch: 'off',
      },
    );
    const outcomes = await collect(mailbox.getMessages(ids(50), { maxConcurrent: 2 }));
    expect(outcomes).toHaveLength(50);
    expect(
      outcomes.every((outcome) => 'error' in outcome && outcome.error.name === 'GmailAccessRevokedError'),
    ).toBe(true);
    expect(server.requests.length).toBeLessThanOrEqual(3);
  });

  it('throws the reason of an abort, and an early end of reading aborts what runs', async () => {
    const { server, mailbox } = await setUp(
      ({ path }, response) => {
        if (path.includes('/m0?')) json(response, message('m0'));
      },
      { batch: 'off' },
    );
    const stop = new AbortController();
    const reason = new Error('enough');
    const reading = collect(mailbox.getMessages(['m1', 'm2'], {}, stop.signal));
    stop.abort(reason);
    await expect(reading).rejects.toBe(reason);
    for await (const { id } of mailbox.getMessages(ids(5))) {
      expect(id).toBe('m0');
      break;
    }
    const deadline = Date.now() + 5_000;
    while (mailbox.queue().pending > 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 2));
    expect(mailbox.queue()).toEqual({ size: 0, pending: 0 });
    expect(server.requests.length).toBeLessThanOrEqual(5);
  });
});
