import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseSyncEvent } from '@finito/api';
import { createDb, migrateDatabase } from '@finito/db';
import type { Db } from '@finito/db';
import { createMailboxEvents } from '@finito/jobs';
import type { MailboxEvents } from '@finito/jobs';
import { createLog, createRedis } from '@finito/service-kit';
import { createTestDatabase, startFaultProxy, startTestRedis, until } from '@finito/testing';
import type { FaultProxy, TestDatabase, TestRedis } from '@finito/testing';
import type { Redis } from 'ioredis';
import { TooManyStreamsError } from '../src/errors.ts';
import { createEventStreams } from '../src/event-streams.ts';
import type { EventStreamsNeeds } from '../src/event-streams.ts';
import { progressOf } from '../src/progress.ts';
import { aPage } from './listening-page.ts';
import type { ListeningPage } from './listening-page.ts';

const log = createLog({ service: 'test', destination: { write: () => undefined } });
let database: TestDatabase;
let db: Db;
let redisServer: TestRedis;
let proxy: FaultProxy;
let publisher: Redis;
let worker: MailboxEvents;
const pages: ListeningPage[] = [];
const gateways: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase({
    key: 'finito',
    migrate: async (url) => void (await migrateDatabase(url)),
  });
  db = createDb({ url: database.url, encryptionKeys: new Map([['k1', Buffer.alloc(32, 5)]]) });
  redisServer = await startTestRedis();
  proxy = await startFaultProxy({ target: { port: Number(new URL(redisServer.url).port) } });
  publisher = createRedis(redisServer.url, { role: 'producer', log });
  worker = createMailboxEvents(publisher);
});
afterEach(async () => {
  for (const page of pages.splice(0)) page.close();
  for (const gateway of gateways.splice(0)) await gateway.stop();
  proxy.heal();
});
afterAll(async () => {
  publisher.disconnect();
  await proxy.stop();
  await redisServer.stop();
  await db.close();
  await database.drop();
});

/** Streams behind a bare server: the query says who calls. */
async function aGateway(limits: EventStreamsNeeds['limits'] = {}, needs: Partial<EventStreamsNeeds> = {}) {
  const connect = (role: 'producer' | 'worker') =>
    createRedis(`redis://127.0.0.1:${proxy.port}`, { role, log });
  const connections = [connect('producer'), connect('worker')] as const;
  await until(() => connections.every(({ status }) => status === 'ready'));
  const ended: string[] = [];
  const open: number[] = [];
  const streams = createEventStreams({
    events: createMailboxEvents(connections[0]),
    listener: createMailboxEvents(connections[1]),
    ...{ db, toProgress: progressOf, log, limits },
    metrics: { streams: (count) => open.push(count), streamEnded: (reason) => ended.push(reason) },
    ...needs,
  });
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://localhost').searchParams;
    const expiresAt = Number(query.get('expiresAt') ?? Date.now() + 3_600_000);
    streams
      .open({ userId: query.get('user') ?? '', via: 'session', expiresAt }, request, response)
      .catch((error: unknown) => {
        response.statusCode = error instanceof TooManyStreamsError ? 429 : 500;
        response.end();
      });
  });
  const url = await listen(server);
  const gateway = {
    ...{ streams, ended, open },
    async page(userId: string, { lastId, query = '' }: { lastId?: string; query?: string } = {}) {
      const headers: Record<string, string> = lastId === undefined ? {} : { 'last-event-id': lastId };
      const page = await aPage(`${url}/?user=${userId}${query}`, headers);
      pages.push(page);
      return page;
    },
    async stop() {
      await streams.close();
      for (const redis of connections) redis.disconnect();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  gateways.push(gateway);
  return gateway;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

async function aUser(): Promise<{ userId: string; mailboxId: string }> {
  const name = randomBytes(8).toString('hex');
  const { id: userId } = await db.users.signIn({
    googleSubject: name,
    emailAddress: `${name}@example.com`,
    name: 'Ann',
  });
  const { mailboxId } = await db.mailboxes.connect(
    userId,
    { googleSubject: name, emailAddress: `${name}@example.com` },
    { refreshToken: 'refresh', accessToken: null, accessTokenExpiresAt: null, scope: '' },
  );
  return { userId, mailboxId };
}

/** Other tests may keep the machine busy. */
const patient = { timeoutMs: 25_000 };

const messageId = (mailboxId: string, n: number) => `msg_${mailboxId.slice(3)}_${n.toString(16)}`;
const stored = (mailboxId: string, n: number) => ({
  type: 'message-stored' as const,
  ...{ mailboxId, ids: [messageId(mailboxId, n)] },
});
const idsUpTo = (mailboxId: string, n: number) =>
  Array.from({ length: n }, (_, i) => messageId(mailboxId, i + 1));

describe('an event stream', () => {
  it('says how far each mailbox is, and when to come back', async () => {
    const { userId, mailboxId } = await aUser();
    const page = await (await aGateway()).page(userId);
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    await until(() => page.of('progress').length === 1);
    expect(page.state.retryMs).toBe(3_000);
    const [{ data } = { data: {} }] = page.of('progress');
    expect(parseSyncEvent('progress', JSON.stringify(data))).toMatchObject({
      mailboxId,
      progress: { listed: 0 },
    });
  });

  it('tells news of all kinds, in order, to every page of the user and to nobody else', async () => {
    const [{ userId, mailboxId }, other] = [await aUser(), await aUser()];
    const gateway = await aGateway();
    const [first, second, stranger] = await Promise.all(
      [userId, userId, other.userId].map((id) => gateway.page(id)),
    );
    await until(() => [first, second, stranger].every((page) => page!.hasPlace()));
    for (let n = 1; n <= 50; n += 1) await worker.publish(userId, [stored(mailboxId, n)]);
    const ids = [messageId(mailboxId, 1)];
    await worker.publish(userId, [{ type: 'message-gone', mailboxId, ids }]);
    for (const page of [first!, second!]) {
      await until(() => page.of('message-gone').length === 1);
      expect(page.idsOf('message-stored')).toEqual(idsUpTo(mailboxId, 50));
      expect(page.events.every(({ type, data }) => parseSyncEvent(type, JSON.stringify(data)))).toBe(true);
    }
    expect(stranger!.events.filter(({ type }) => type.startsWith('message'))).toEqual([]);
    await until(() => stranger!.of('progress').length === 1);
  });

  it('reads progress of many events at most four times a second', async () => {
    const { userId, mailboxId } = await aUser();
    let reads = 0;
    const mailboxReads = {
      ...db.mailboxReads,
      list: (id: string) => ((reads += 1), db.mailboxReads.list(id)),
    };
    const page = await (await aGateway({}, { db: { mailboxReads } })).page(userId);
    await until(() => page.of('progress').length === 1);
    const startedAt = performance.now();
    while (performance.now() - startedAt < 1_000) {
      await worker.publish(userId, [{ type: 'progress', mailboxId }]);
      await new Promise(setImmediate);
    }
    expect(reads).toBeGreaterThan(2);
    expect(reads).toBeLessThanOrEqual(6);
    await until(() => page.of('progress').length === reads);
  });

  it('misses nothing and repeats nothing while users come and go', async () => {
    const { userId, mailboxId } = await aUser();
    const others = await Promise.all(Array.from({ length: 19 }, aUser));
    const gateway = await aGateway();
    const page = await gateway.page(userId);
    await until(page.hasPlace);
    const comingAndGoing = (async () => {
      for (const other of others) {
        const visitor = await gateway.page(other.userId);
        await until(() => visitor.of('progress').length === 1, { everyMs: 2 });
        visitor.close();
      }
    })();
    for (let n = 1; n <= 300; n += 1) {
      await worker.publish(userId, [stored(mailboxId, n)]);
      if (n % 10 === 0) await new Promise(setImmediate);
    }
    await comingAndGoing;
    await until(() => page.idsOf('message-stored').length >= 300);
    expect(page.idsOf('message-stored')).toEqual(idsUpTo(mailboxId, 300));
  });
});

describe('a page that comes back', () => {
  it('gets what it missed, wherever it was cut off, once and in order', async () => {
    const { userId, mailboxId } = await aUser();
    const gateway = await aGateway();
    await worker.publish(userId, [stored(mailboxId, 0)]);
    const first = await gateway.page(userId);
    await until(first.hasPlace);
    first.close();
    let { lastId } = first.state;
    const seen: string[] = [];
    const publishing = (async () => {
      for (let n = 1; n <= 200; n += 1) {
        await worker.publish(userId, [stored(mailboxId, n)]);
        await new Promise(setImmediate);
      }
    })();
    while (seen.length < 200) {
      const page = await gateway.page(userId, { lastId });
      await until(() => page.of('message-stored').length + page.of('reset').length > 0, { everyMs: 1 });
      page.close();
      expect(page.of('reset')).toHaveLength(0);
      seen.push(...page.idsOf('message-stored'));
      ({ lastId } = page.state);
    }
    await publishing;
    expect(seen).toEqual(idsUpTo(mailboxId, 200));
  });

  it('is told to read all again when what it missed is no longer known, or its place is made up', async () => {
    const { userId, mailboxId } = await aUser();
    const gateway = await aGateway();
    await worker.publish(userId, [stored(mailboxId, 1)]);
    for (const lastId of ['1-1', 'made-up', '99999999999999999999-1']) {
      const page = await gateway.page(userId, { lastId });
      await until(() => page.of('reset').length === 1);
      expect(page.idsOf('message-stored')).toEqual([]);
      await worker.publish(userId, [stored(mailboxId, 2)]);
      await until(() => page.of('message-stored').length === 1);
    }
  });

  it('knows its place from the start, though nothing ever happened', async () => {
    const { userId, mailboxId } = await aUser();
    const gateway = await aGateway();
    await worker.publish(userId, [stored(mailboxId, 1)]);
    const page = await gateway.page(userId);
    await until(page.hasPlace);
    page.close();
    await worker.publish(userId, [stored(mailboxId, 2)]);
    const again = await gateway.page(userId, { lastId: page.state.lastId });
    await until(() => again.of('message-stored').length === 1);
    expect(again.idsOf('message-stored')).toEqual([messageId(mailboxId, 2)]);
  });
});

describe('streams under strain', () => {
  it('a client that does not read is cut off, and the others go on', async () => {
    const { userId, mailboxId } = await aUser();
    const gateway = await aGateway({ bufferedBytes: 4_096 });
    const [slow, quick] = [await gateway.page(userId), await gateway.page(userId)];
    await until(quick.hasPlace);
    slow.stall();
    const ids = Array.from({ length: 5_000 }, (_, n) => messageId(mailboxId, n));
    let published = 0;
    await until(
      async () => {
        await worker.publish(userId, [{ type: 'message-stored', mailboxId, ids }]);
        published += 1;
        await until(() => quick.of('message-stored').length === published, { everyMs: 1 });
        return gateway.ended.includes('slow');
      },
      { everyMs: 1, timeoutMs: 20_000 },
    );
    await until(() => quick.of('message-stored').length === published);
    expect(quick.state.ended).toBe(false);
    expect(gateway.ended).toEqual(['slow']);
  });

  it('one user and one process have only so many', async () => {
    const [{ userId }, other, third] = [await aUser(), await aUser(), await aUser()];
    const gateway = await aGateway({ perUser: 2, clients: 3 });
    const [first] = [await gateway.page(userId), await gateway.page(userId)];
    expect((await gateway.page(userId)).status).toBe(429);
    expect((await gateway.page(other.userId)).status).toBe(200);
    expect((await gateway.page(third.userId)).status).toBe(429);
    first!.close();
    await until(() => gateway.ended.length === 1);
    expect((await gateway.page(userId)).status).toBe(200);
  });

  it('heartbeats go on for 200 clients, and each event reaches all of them once', async () => {
    const users = await Promise.all(Array.from({ length: 40 }, aUser));
    const gateway = await aGateway({ heartbeatMs: 500 });
    const open = await Promise.all(
      Array.from({ length: 200 }, (_, i) => gateway.page(users[i % users.length]!.userId)),
    );
    await until(() => open.every((page) => page.hasPlace() && page.of('progress').length > 0), patient);
    expect(gateway.open.at(-1)).toBe(200);
    await Promise.all(users.map(({ userId, mailboxId }) => worker.publish(userId, [stored(mailboxId, 1)])));
    await until(() => open.every((page) => page.of('message-stored').length === 1), patient);
    await until(() => open.every((page) => page.of('heartbeat').length >= 2), patient);
  }, 60_000);

  it('ends when the proof of the user expires', async () => {
    const { userId } = await aUser();
    const gateway = await aGateway({ heartbeatMs: 300 });
    const page = await gateway.page(userId, { query: `&expiresAt=${Date.now() + 400}` });
    await page.untilEnded();
    expect(gateway.ended).toEqual(['expired']);
  });

  it('at shutdown all clients are told to come back, each after a time of its own', async () => {
    const users = await Promise.all(Array.from({ length: 20 }, aUser));
    const gateway = await aGateway();
    const open = await Promise.all(users.map(({ userId }) => gateway.page(userId)));
    await until(() => open.every((page) => page.of('progress').length === 1));
    const startedAt = performance.now();
    await gateway.streams.close();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await Promise.all(open.map((page) => page.untilEnded()));
    const waits = open.map((page) => page.state.retryMs);
    expect(waits.every((ms) => Number.isInteger(ms) && ms >= 900 && ms <= 3_900)).toBe(true);
    expect(new Set(waits).size).toBeGreaterThan(10);
    expect(gateway.ended).toEqual(open.map(() => 'shutdown'));
  });
});

describe('while Redis is away', () => {
  it('a page gets what happened, also when more happened to others than news is kept of', async () => {
    const { userId, mailboxId } = await aUser();
    const page = await (await aGateway()).page(userId);
    await until(page.hasPlace);
    proxy.cut();
    await worker.publish(userId, [stored(mailboxId, 1)]);
    for (let n = 0; n < 1_200; n += 1) await worker.publish(`usr_${n % 100}`, [stored('mb_other', n)]);
    proxy.heal();
    await until(() => page.of('message-stored').length === 1, patient);
  }, 30_000);

  it.each(['cut', 'freeze'] as const)(
    '(%s) heartbeats go on, and afterwards all that happened is told',
    async (fault) => {
      const { userId, mailboxId } = await aUser();
      const gateway = await aGateway({ heartbeatMs: 300 });
      const page = await gateway.page(userId);
      await until(() => page.of('progress').length === 1);
      await worker.publish(userId, [stored(mailboxId, 1)]);
      await until(() => page.of('message-stored').length === 1);
      proxy[fault]();
      const before = page.of('heartbeat').length;
      await worker.publish(userId, [stored(mailboxId, 2), stored(mailboxId, 3)]);
      await until(() => page.of('heartbeat').length >= before + 2);
      proxy.heal();
      await until(() => page.of('message-stored').length === 3);
      expect(page.idsOf('message-stored')).toEqual(idsUpTo(mailboxId, 3));
    },
  );

  it('a page that opens is told how things stand, and afterwards to read again what it may have missed', async () => {
    const { userId, mailboxId } = await aUser();
    const gateway = await aGateway();
    proxy.cut();
    const page = await gateway.page(userId);
    await until(() => page.of('progress').length >= 1);
    proxy.heal();
    await until(() => page.of('reset').length === 1);
    await worker.publish(userId, [stored(mailboxId, 1)]);
    await until(() => page.of('message-stored').length === 1);
  });
});
