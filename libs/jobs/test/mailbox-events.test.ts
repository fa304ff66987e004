import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestRedis } from '@finito/testing';
import type { TestRedis } from '@finito/testing';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { createMailboxEvents } from '../src/index.ts';
import type { MailboxEvent, MailboxEvents } from '../src/index.ts';

let server: TestRedis;
let redis: Redis;
let waiting: Redis;
let events: MailboxEvents;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  waiting = new Redis(server.url);
  events = createMailboxEvents(redis);
});
beforeEach(() => server.flush());
afterAll(async () => {
  redis.disconnect();
  waiting.disconnect();
  await server.stop();
});

const stored = (...ids: string[]): MailboxEvent => ({ type: 'message-stored', mailboxId: 'mb_1', ids });
const idsOf = (list: { event: MailboxEvent }[] | undefined) =>
  list?.flatMap(({ event }) => ('ids' in event ? event.ids : []));

describe('events of a user', () => {
  it('come after a given id, each once and in order, wherever the page was cut off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        async (batches, cut) => {
          await server.flush();
          let n = 0;
          for (const size of batches) {
            await events.publish(
              'usr_1',
              Array.from({ length: size }, () => stored(String(n++))),
            );
          }
          const all = await redis.xrange('{finito-events}:usr_1', '-', '+');
          const last = all[cut % all.length]![0];
          const rest = Array.from({ length: n - 1 - (cut % n) }, (_, i) => String(1 + (cut % n) + i));
          expect(idsOf(await events.since('usr_1', last))).toEqual(rest);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are undefined after an id that the stream no longer reaches back to', async () => {
    for (let i = 0; i < 2_500; i += 100) {
      await events.publish(
        'usr_1',
        Array.from({ length: 100 }, (_, n) => stored(String(i + n))),
      );
    }
    const first = (await redis.xrange('{finito-events}:usr_1', '-', '+', 'COUNT', 1))[0]![0];
    expect(await events.since('usr_1', '1-0')).toBeUndefined();
    expect(await events.since('usr_1', first)).toBeDefined();
    expect(await redis.xlen('{finito-events}:usr_1')).toBeLessThanOrEqual(1_100);
    expect(idsOf(await events.since('usr_1', first))?.at(-1)).toBe('2499');
  });

  it('are undefined when Redis has forgotten the stream', async () => {
    expect(await events.since('usr_1', '5-0')).toBeUndefined();
  });

  it('have a newest id, 0-0 before the first', async () => {
    expect(await events.newestId('usr_1')).toBe('0-0');
    await events.publish('usr_1', [stored('a'), stored('b')]);
    const newest = await events.newestId('usr_1');
    expect(await events.since('usr_1', newest)).toEqual([]);
  });

  it('are kept for a day', async () => {
    await events.publish('usr_1', [stored('a')]);
    expect(await redis.ttl('{finito-events}:usr_1')).toBeGreaterThan(23 * 3_600);
  });

  it('that are none of ours are passed over', async () => {
    await redis.xadd('{finito-events}:usr_1', '1-0', 'event', '{"type":"rumour"}');
    await redis.xadd('{finito-events}:usr_1', '2-0', 'event', 'no JSON');
    await events.publish('usr_1', [stored('a')]);
    expect(idsOf(await events.since('usr_1', '1-0'))).toEqual(['a']);
  });
});

describe('what came after', () => {
  it('is told of each user from its own place on', async () => {
    await events.publish('usr_1', [stored('a'), stored('b')]);
    await events.publish('usr_2', [stored('c')]);
    await events.publish('usr_3', [stored('d')]);
    const [first] = (await events.after(new Map([['usr_1', '0-0']]))).events;
    const places = new Map([
      ['usr_1', first!.id],
      ['usr_2', '0-0'],
    ]);
    const found = await events.after(places);
    expect(idsOf(found.events)).toEqual(['b', 'c']);
    expect(found.unfinished).toEqual([]);
  });

  it('is told in parts when it is much', async () => {
    await events.publish(
      'usr_1',
      Array.from({ length: 700 }, (_, n) => stored(String(n))),
    );
    const first = await events.after(new Map([['usr_1', '0-0']]));
    expect(first.unfinished).toEqual(['usr_1']);
    const rest = await events.after(new Map([['usr_1', first.events.at(-1)!.id]]));
    expect(rest.unfinished).toEqual([]);
    expect([...idsOf(first.events)!, ...idsOf(rest.events)!]).toHaveLength(700);
  });

  it('is nothing for nobody', async () => {
    expect(await events.after(new Map())).toEqual({ events: [], unfinished: [] });
  });
});

describe('news', () => {
  const news = (place: string, blockMs = 5_000) => createMailboxEvents(waiting).news(place, blockMs);

  it('is waited for, and says whose it is', async () => {
    const answer = news('0-0');
    await events.publish('usr_1', [stored('a')]);
    expect([...(await answer).users!]).toEqual(['usr_1']);
  });

  it('is not missed between two waits', async () => {
    await events.publish('usr_1', [stored('a')]);
    const { place } = await news('0-0');
    await events.publish('usr_2', [stored('b')]);
    await events.publish('usr_3', [stored('c')]);
    expect([...(await news(place)).users!]).toEqual(['usr_2', 'usr_3']);
  });

  it('is nobody’s after its time, and the place stays', async () => {
    await events.publish('usr_1', [stored('a')]);
    const { place } = await news('0-0');
    expect(await news(place, 50)).toEqual({ place, users: new Set() });
  });

  it('may be anybody’s when there was more than is kept', async () => {
    for (let n = 0; n < 1_200; n += 1) await events.publish(`usr_${n}`, [stored('a')]);
    expect(await redis.xlen('{finito-events}:news')).toBeLessThanOrEqual(1_100);
    const { place, users } = await news('0-0');
    expect(users).toBeUndefined();
    expect((await news(place, 50)).users?.size).toBeLessThan(200);
  });
});

describe('publishing', () => {
  it('never throws, also while Redis is away', async () => {
    const away = new Redis(server.url, {
      commandTimeout: 200,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    away.on('error', () => undefined);
    away.disconnect();
    await expect(createMailboxEvents(away).publish('usr_1', [stored('a')])).resolves.toBeUndefined();
  });
});
