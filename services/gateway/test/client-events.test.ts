// Events of Gmail clients at the edge: what is taken, what is refused, and what goes on to the queue.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { countClientEvents, createConsumer, ingestClientEvents } from '@finito/jobs';
import type { Consumer, CountedBatch, UnsentBatch } from '@finito/jobs';
import { until } from '@finito/testing';
import type { Redis } from 'ioredis';
import { createClientEventIntake } from '../src/client-event-intake.ts';
import { aGateway } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
let consumer: Consumer;
let redis: Redis;
const received: CountedBatch[] = [];
beforeAll(async () => {
  gateway = await aGateway();
  redis = gateway.redis.worker.duplicate();
  consumer = createConsumer(
    ingestClientEvents,
    (payload) => Promise.resolve(void received.push(...(payload as Sent).batches)),
    { redis, prefix: gateway.prefix },
  );
});
afterAll(async () => {
  await consumer.close();
  redis.disconnect();
  await gateway.close();
});

const anEvent = (changes: object = {}) => ({
  type: 'gmail_request',
  timestamp: Date.now() - 1_000,
  details: {
    operation: 'messages.get',
    latency: 120,
    retryCount: 0,
    circuitBreakerState: 'closed',
    queueSize: 2,
  },
  ...changes,
});

async function post(body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${gateway.origin}/api/logs/client-events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** The batches that went to the queue since it was last asked. */
async function queued(): Promise<CountedBatch[]> {
  await until(async () => {
    const { waiting, active } = await gateway.jobs.counts(ingestClientEvents);
    return waiting + active === 0;
  });
  return received.splice(0);
}

async function metric(series: string): Promise<number> {
  const line = (await gateway.registry.metrics()).split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.split(' ')[1] ?? 0);
}

describe('R48: a batch', () => {
  it('of up to 100 events is taken with 202', async () => {
    const events = Array.from({ length: 100 }, () => anEvent());
    expect(await post({ events })).toEqual({
      status: 202,
      body: { accepted: 100, refused: [], droppedFields: 0 },
    });
    expect(await queued()).toMatchObject([{ events: 100 }]);
  });

  it.each([
    ['of 101 events', { events: Array.from({ length: 101 }, () => anEvent()) }],
    ['of none', { events: [] }],
    ['that is no list', { events: { 0: anEvent() } }],
    ['with a session of a thousand letters', { sessionId: 'x'.repeat(1_000), events: [anEvent()] }],
  ])('%s is refused whole with 400', async (_which, body) => {
    expect((await post(body)).status).toBe(400);
    expect(await queued()).toEqual([]);
  });

  it('may come compressed, and as the text that a beacon of a closing page is', async () => {
    const body = JSON.stringify({ events: [anEvent()] });
    const compressed = await post(gzipSync(body), { 'Content-Encoding': 'gzip' });
    const beacon = await post(body, { 'Content-Type': 'text/plain;charset=UTF-8' });
    const both = await post(gzipSync(body), { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' });
    for (const { status, body: told } of [compressed, beacon, both]) {
      expect(status).toBe(202);
      expect(told).toMatchObject({ accepted: 1 });
    }
  });

  it('has a line in the log only when it is refused', async () => {
    const lines = () => gateway.log().match(/"route":"\/api\/logs\/client-events"/g)?.length ?? 0;
    const before = lines();
    expect((await post({ events: [anEvent()] })).status).toBe(202);
    expect((await post({ events: [] })).status).toBe(400);
    await until(() => lines() > before);
    expect(lines()).toBe(before + 1);
  });

  it('that unfolds to megabytes is refused with 413, before it is read', async () => {
    const bomb = gzipSync(JSON.stringify({ events: [anEvent()], filler: 'x'.repeat(2_000_000) }));
    expect((await post(bomb, { 'Content-Encoding': 'gzip' })).status).toBe(413);
  });
});

describe('R49: the type and the time of an event', () => {
  it.each(['gmail_request', 'circuit_breaker', 'rate_limit', 'retry', 'error'])(
    '%s is taken',
    async (type) => {
      expect((await post({ events: [{ type, timestamp: Date.now(), details: {} }] })).body).toMatchObject({
        accepted: 1,
      });
    },
  );

  it('a bad event is refused by the name of its field, and its neighbours count', async () => {
    await queued();
    const { status, body } = await post({
      events: [
        anEvent({ type: 'page_view' }),
        anEvent(),
        anEvent({ timestamp: '2026-01-01' }),
        'hello',
        anEvent({ timestamp: -1 }),
        anEvent(),
      ],
    });
    expect(status).toBe(202);
    expect(body).toEqual({
      accepted: 2,
      refused: [
        { index: 0, field: 'type' },
        { index: 2, field: 'timestamp' },
        { index: 3, field: 'event' },
        { index: 4, field: 'timestamp' },
      ],
      droppedFields: 0,
    });
    expect(await queued()).toMatchObject([{ events: 2 }]);
  });

  it('a clock that is hours wrong is put right by sentAt', async () => {
    await queued();
    const wrong = Date.now() + 5 * 3_600_000;
    await post({ sentAt: wrong, events: [anEvent({ timestamp: wrong - 100 })] });
    const [batch] = await queued();
    expect(batch).toMatchObject({ moved: { old: 0, future: 0 } });
    expect(batch!.hours[0]![0]).toBeLessThanOrEqual(Date.now());
  });
});

describe('R50: the details of an event', () => {
  it('are all optional', async () => {
    for (const details of [undefined, {}, { latency: 3 }, { circuitBreakerState: 'half-open' }]) {
      expect((await post({ events: [anEvent({ details })] })).body).toMatchObject({
        accepted: 1,
        refused: [],
      });
    }
  });

  it.each([
    ['operation', 7],
    ['latency', -1],
    ['retryCount', 1.5],
    ['circuitBreakerState', 'ajar'],
    ['queueSize', 'long'],
    ['details', 'none'],
  ])('a wrong %s is refused', async (field, value) => {
    const event = anEvent(field === 'details' ? { details: value } : { details: { [field]: value } });
    expect((await post({ events: [event] })).body).toMatchObject({
      accepted: 0,
      refused: [{ index: 0, field }],
    });
  });

  it('fields that nobody knows are dropped and counted', async () => {
    await queued();
    const before = await metric('finito_client_event_fields_dropped_total');
    const event = {
      ...anEvent(),
      url: 'https://mail',
      details: { subject: 'Lunch', token: 'ya29', latency: 5 },
    };
    expect((await post({ events: [event] })).body).toEqual({ accepted: 1, refused: [], droppedFields: 3 });
    expect(JSON.stringify(await queued())).not.toMatch(/Lunch|ya29|https/);
    expect(await metric('finito_client_event_fields_dropped_total')).toBe(before + 3);
  });
});

describe('R51: who sent a batch', () => {
  it('need not be signed in, and is known only by a hash that is another one tomorrow', async () => {
    await queued();
    await post({ sessionId: 'ann@example.com', events: [anEvent()] });
    await post({ sessionId: 'ann@example.com', events: [anEvent()] });
    await post({ events: [anEvent()] });
    const keys = (await queued()).map(({ clientKey }) => clientKey);
    expect(new Set(keys).size).toBe(2);
    expect(keys.join(' ')).not.toMatch(/ann|127\.0\.0\.1/);
  });

  it('can send a batch again under its id, and nobody else can take that id', async () => {
    await queued();
    const send = (sessionId: string) => post({ sessionId, batchId: 'first', events: [anEvent()] });
    await send('ann');
    await send('ann');
    await send('bob');
    const ids = (await queued()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(ids.join(' ')).not.toContain('first');
  });
});

describe('R51: what a client plants', () => {
  it('in any field, reaches neither the queue nor a log or a metric of the gateway', async () => {
    await queued();
    const secret = 'ann.smith@example.com';
    const coded = Buffer.from(secret).toString('base64');
    const planted = {
      sessionId: secret,
      batchId: secret,
      [secret]: secret,
      events: [secret, coded].flatMap((text) => [
        anEvent({ type: text }),
        anEvent({ [text]: text }),
        anEvent({ details: { operation: text, [text]: text } }),
        anEvent({ details: { operation: { [text]: text } } }),
        text,
      ]),
    };
    expect((await post(planted)).status).toBe(202);
    const kept = [JSON.stringify(await queued()), gateway.log(), await gateway.registry.metrics()].join(' ');
    for (const text of [secret, encodeURIComponent(secret), coded]) expect(kept).not.toContain(text);
  });
});

describe('R52: the totals', () => {
  it.each([
    ['without a key', '?admin=true', {}, 401],
    ['with a key that is not ours', '?admin=true', { 'x-admin-api-key': 'guess' }, 401],
    ['with another parameter', '?admin=false', { 'x-admin-api-key': 'admin-key-of-this-installation' }, 400],
    ['with the key', '?admin=true', { 'x-admin-api-key': 'admin-key-of-this-installation' }, 200],
  ])('%s end with its status', async (_how, query, headers, status) => {
    const answer = await fetch(`${gateway.origin}/api/logs/client-events${query}`, { headers });
    expect(answer.status).toBe(status);
  });
});

describe('back-pressure', () => {
  const batch = (): UnsentBatch => ({
    ...{ id: undefined, receivedAt: Date.now(), clientKey: 'ann' },
    counts: countClientEvents([], Date.now()),
  });

  it('batches that come together leave as few jobs, added up, and all of them are told how it ended', async () => {
    const jobs: number[] = [];
    const intake = createClientEventIntake({
      jobs: { enqueue: (_job, payload) => Promise.resolve(void jobs.push(sendersIn(payload as Sent))) },
    });
    const outcomes = await Promise.all(Array.from({ length: 120 }, () => intake.take(batch())));
    expect(new Set(outcomes)).toEqual(new Set(['queued']));
    expect(jobs).toEqual([50, 50, 20]);
  });

  it('beyond so many that wait they are shed, so that a queue that hangs costs no more than their room', async () => {
    let fail = (_: Error): void => undefined;
    const hanging = new Promise<void>((_, reject) => (fail = reject));
    const intake = createClientEventIntake({ jobs: { enqueue: () => hanging }, maxBatches: 60 });
    const all = Promise.all(Array.from({ length: 100 }, () => intake.take(batch())));
    fail(new Error('no answer'));
    const outcomes = Object.groupBy(await all, (outcome) => outcome);
    expect([outcomes.lost?.length, outcomes.shed?.length]).toEqual([60, 40]);
    expect(await intake.take(batch())).toBe('lost');
  });

  it('what waits when the gateway stops is sent', async () => {
    let sent = 0;
    const intake = createClientEventIntake({
      jobs: { enqueue: () => Promise.resolve(void (sent += 1)) },
      gatherMs: 60_000,
    });
    void intake.take(batch());
    await intake.close();
    expect(sent).toBe(1);
  });
});

interface Sent {
  batches: CountedBatch[];
}

const sendersIn = ({ batches }: Sent) =>
  batches.reduce((total, { others = [] }) => total + 1 + others.length, 0);
