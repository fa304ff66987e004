import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createGmail,
  GmailUnavailableError,
  type BreakerState,
  type GmailEvent,
  type GmailOptions,
} from '../src/index.ts';
import { json, profile, refusal, startTinyServer, type Answerer } from './tiny-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const resetTimeoutMs = 120;
const outage: Answerer = (_request, response) => json(response, refusal(503, 'backendError'), 503);
const health: Answerer = (_request, response) => json(response, profile);
const silence: Answerer = () => undefined;

async function setUp({ sharedBreaker }: Pick<GmailOptions, 'sharedBreaker'> = {}) {
  let answer: Answerer = health;
  const server = await startTinyServer((request, response) => answer(request, response));
  open.push(server);
  const states: BreakerState[] = [];
  const gmail = createGmail({
    apiUrl: server.url,
    concurrency: 200,
    maxRetries: 0,
    breaker: { resetTimeoutMs },
    sharedBreaker,
    onEvent: (event: GmailEvent) => {
      if (event.type === 'circuit_breaker') states.push(event.state);
    },
  });
  open.unshift(gmail);
  const mailbox = gmail.mailbox({ getAccessToken: () => 'token' });
  return {
    server,
    gmail,
    states,
    mailbox,
    state: () => gmail.breakers.states().read,
    become: (next: Answerer) => (answer = next),
    calls: (count: number) => Promise.allSettled(Array.from({ length: count }, () => mailbox.getProfile())),
    async trip() {
      answer = outage;
      await Promise.allSettled(Array.from({ length: 20 }, () => mailbox.getProfile()));
      expect(gmail.breakers.states().read).toBe('open');
    },
    untilState: (wanted: BreakerState) => until(() => gmail.breakers.states().read === wanted),
  };
}

describe('a breaker', () => {
  it('stays closed below its volume, and opens above half failures', async () => {
    const { become, calls, state } = await setUp();
    become(outage);
    await calls(9);
    expect(state()).toBe('closed');
    await calls(1);
    expect(state()).toBe('open');
  });

  it.each([
    ['404', 404, 'notFound'],
    ['400', 400, 'invalidArgument'],
    ['401', 401, 'authError'],
    ['quota as 403', 403, 'rateLimitExceeded'],
    ['429', 429, 'rateLimitExceeded'],
  ])('never counts %s', async (_title, status, reason) => {
    const { become, gmail, state } = await setUp();
    become((_request, response) => json(response, refusal(status, reason), status));
    const one = () => gmail.mailbox({ getAccessToken: () => 'token' }).getProfile();
    await Promise.allSettled(Array.from({ length: 30 }, one));
    expect(state()).toBe('closed');
  });

  it('never counts the caller’s aborts', async () => {
    const { become, mailbox, state, server } = await setUp();
    become(silence);
    const stop = new AbortController();
    const calls = Promise.allSettled(Array.from({ length: 30 }, () => mailbox.getProfile(stop.signal)));
    await until(() => server.requests.length === 30);
    stop.abort();
    await calls;
    expect(state()).toBe('closed');
  });

  it('rejects at once while open, says until when, and does not disturb other operations', async () => {
    const { trip, mailbox, server } = await setUp();
    await trip();
    const before = server.requests.length;
    const error = await mailbox.getProfile().catch((each) => each);
    expect(error).toBeInstanceOf(GmailUnavailableError);
    expect(error).toMatchObject({ reason: 'breaker-open', retryable: true });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(server.requests).toHaveLength(before);
    await mailbox.listMessages({}).catch(() => undefined);
    expect(server.requests).toHaveLength(before + 1);
  });

  it('lets exactly one of many calls through in half-open, and closes on its success', async () => {
    const { trip, become, calls, server, untilState, state, states } = await setUp();
    await trip();
    become((_request, response) => void setTimeout(() => json(response, profile), 30));
    await untilState('half-open');
    const before = server.requests.length;
    const results = await calls(50);
    expect(server.requests).toHaveLength(before + 1);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(state()).toBe('closed');
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('opens again when the probe fails, and probes again later', async () => {
    const { trip, become, calls, untilState, state } = await setUp();
    await trip();
    await untilState('half-open');
    await calls(1);
    expect(state()).toBe('open');
    await untilState('half-open');
    become(health);
    await calls(1);
    expect(state()).toBe('closed');
  });

  it('takes a refusal of the probe for a living Gmail', async () => {
    const { trip, become, calls, untilState, state } = await setUp();
    await trip();
    await untilState('half-open');
    become((_request, response) => json(response, refusal(404, 'notFound'), 404));
    await calls(1);
    expect(state()).toBe('closed');
  });

  it('is not closed by an aborted probe, nor stuck after it', async () => {
    const { trip, become, mailbox, calls, server, untilState, state } = await setUp();
    await trip();
    await untilState('half-open');
    become(silence);
    const before = server.requests.length;
    const stop = new AbortController();
    const probe = mailbox.getProfile(stop.signal).catch(() => undefined);
    await until(() => server.requests.length === before + 1);
    stop.abort();
    await probe;
    expect(state()).toBe('open');
    become(health);
    await untilState('half-open');
    await calls(1);
    expect(state()).toBe('closed');
  });

  it.each([
    ['trips at once', 'another is open for all', true, 'open'],
    ['needs its volume', 'all others are closed', false, 'closed'],
  ] as const)('%s while %s', async (_what, _when, isOpenElsewhere, expected) => {
    const { become, calls, state } = await setUp({
      sharedBreaker: {
        admit: () => ({ kind: 'pass' }),
        openForMs: () => 0,
        state: () => 'closed',
        isOpenElsewhere: () => isOpenElsewhere,
        report: () => undefined,
        listen: () => undefined,
      },
    });
    become(outage);
    await calls(1);
    expect(state()).toBe(expected);
  });

  it('closes what tripped because another was open, when that one has found Gmail alive', async () => {
    let hear: (name: string, state: 'open' | 'closed') => void = () => undefined;
    const { become, calls, state, states } = await setUp({
      sharedBreaker: {
        admit: () => ({ kind: 'pass' }),
        openForMs: () => 0,
        state: () => 'closed',
        isOpenElsewhere: () => true,
        report: () => undefined,
        listen: (onChange) => (hear = onChange),
      },
    });
    become(outage);
    await calls(1);
    hear('history', 'open');
    expect(state()).toBe('open');
    hear('history', 'closed');
    expect(state()).toBe('closed');
    expect(states).toEqual(['open', 'closed']);
  });

  it('forgets everything on a reset, and can be opened by hand', async () => {
    const { trip, become, calls, gmail, state, states } = await setUp();
    await trip();
    gmail.breakers.reset('read');
    expect(state()).toBe('closed');
    become(outage);
    await calls(1);
    expect(state()).toBe('closed');
    gmail.breakers.open();
    expect(new Set(Object.values(gmail.breakers.states()))).toEqual(new Set(['open']));
    expect(states.slice(0, 2)).toEqual(['open', 'closed']);
  });
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
