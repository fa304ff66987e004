// Content that a reader opens before the sync has brought it, in several processes, against the real simulator.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  createAccessTokens,
  createGoogleOAuth,
  createUndiciTransport,
  operationClasses,
} from '@finito/gmail';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { createMailboxEvents } from '@finito/jobs';
import { contentBreaker, createFleetBreaker, createQuotaLedger, profileByName } from '@finito/quota';
import { createLog, createRedis, createRegistry } from '@finito/service-kit';
import { testRedis, until } from '@finito/testing';
import { createContentGmail } from '../src/content-gmail.ts';
import { createFetchContent } from '../src/fetch-content.ts';
import { workerMetrics } from '../src/metrics.ts';
import { createSingleFlight } from '../src/single-flight.ts';
import { aDatabase } from './a-database.ts';

const email = 'robin@example.com';
const profile = profileByName('2026-05');
let simulator: GmailSimulator;
let database: Awaited<ReturnType<typeof aDatabase>>;
let redisUrl: string;
let mailboxId: string;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  simulator = await startGmailSimulator({
    quotaEnforced: false,
    accounts: [{ emailAddress: email, name: 'Robin', messages: [] }],
  });
  database = await aDatabase();
  redisUrl = (await testRedis()).url;
  const { subject } = simulator.account(email);
  mailboxId = await database.connect({ subject, emailAddress: email, ...simulator.issueTokens(email) });
});
afterEach(() => simulator.clearFaults());
afterAll(async () => {
  for (const each of open) await each.close();
  await database.close();
  await simulator.close();
});

/** One worker's handler, with connections of its own; where the sync keeps no content unless told. `isAlone`: no Redis tells it what others found. */
function aWorker({ withContent = false, isPoor = false, isAlone = false } = {}) {
  const log = createLog({ service: 'gmail-worker', destination: { write: () => undefined } });
  const redis = createRedis(redisUrl, { role: 'producer', log });
  const names = [...operationClasses, contentBreaker];
  const nowhere = isAlone ? createRedis('redis://127.0.0.1:9', { role: 'producer', log }) : undefined;
  const breaker = createFleetBreaker({
    redis: nowhere ?? redis,
    projectKey: randomUUID(),
    id: randomUUID(),
    names,
    resetTimeoutMs: 200,
  });
  const metrics = workerMetrics(createRegistry({ service: 'gmail-worker', version: 'test' }));
  const transport = createUndiciTransport();
  const { endpoints } = simulator;
  const oauth = createGoogleOAuth({
    clientId: simulator.clientId,
    clientSecret: simulator.clientSecret,
    authUrl: endpoints.GOOGLE_AUTH_URL,
    tokenUrl: endpoints.GOOGLE_TOKEN_URL,
    revokeUrl: endpoints.GOOGLE_REVOKE_URL,
    userinfoUrl: endpoints.GOOGLE_USERINFO_URL,
    transport,
  });
  const accessTokens = createAccessTokens({ store: database.db.credentials, oauth });
  const contentGmail = createContentGmail({
    ...{ transport, accessTokens, breaker },
    apiUrl: simulator.url,
    onEvent: () => undefined,
  });
  const quota = createQuotaLedger({
    ...{ redis, profile },
    projectKey: randomUUID(),
    ...(isPoor && {
      lanes: {
        backfill: { userReserve: 0.5, projectReserve: 0, burstSeconds: 60, fullWindowBurstSeconds: 60 },
      },
    }),
  });
  const events = createMailboxEvents(redis);
  const { db } = database;
  const needs = {
    db,
    quota,
    profile,
    events,
    metrics,
    contentGmail,
    singleFlight: createSingleFlight({ redis }),
  };
  const handle = createFetchContent(needs, { withContent });
  open.push({
    async close() {
      await contentGmail.close();
      await breaker.close();
      for (const each of [redis, nowhere]) each?.disconnect();
    },
  });
  const context = { signal: new AbortController().signal, attempt: 0, jobId: 'job' };
  return {
    contentGmail,
    /** So much of the user's minute that only what is reserved for readers is left. */
    spend: () => quota.acquire({ user: simulator.account(email).subject, lane: 'interactive', units: 3_500 }),
    fetch: (gmailId: string, reason?: 'viewing' | 'prefetch' | 'rules' | 'background') =>
      handle({ mailboxId, gmailId, reason }, context),
  };
}

/** A message of which the envelope is here and the content is not. */
async function aMessage(text = 'Hello') {
  const raw = Buffer.from(
    `From: a@example.com\r\nSubject: Hi\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}`,
  );
  const gmailId = simulator.account(email).deliver({ raw });
  await database.pool.query(
    `INSERT INTO emails (mailbox_id, gmail_id, thread_id, history_id, received_at, generation)
     VALUES ($1, $2, $2, 1, now(), 1)`,
    [mailboxId, gmailId],
  );
  return gmailId;
}

async function kept(gmailId: string) {
  const { rows } = await database.pool.query(
    `SELECT text, flaws, extract(epoch FROM kept_until - now()) / 3600 AS hours FROM contents WHERE gmail_id = $1`,
    [gmailId],
  );
  return rows[0] && { ...rows[0], hours: rows[0].hours === null ? null : Math.round(rows[0].hours) };
}

const calls = () => simulator.report().calls['messages.get'] ?? 0;

describe('content for a reader', () => {
  it.each([
    ['viewing', 24],
    ['prefetch', 6],
    ['rules', 1],
    ['background', 168],
  ] as const)(
    'R46: fetched for %s is kept %i hours where the sync keeps none, else with its message',
    async (reason, hours) => {
      const [first, second] = [await aMessage(), await aMessage()];
      await aWorker().fetch(first, reason);
      expect(await kept(first)).toMatchObject({ text: expect.stringContaining('Hello'), hours });
      await aWorker({ withContent: true }).fetch(second, reason);
      expect(await kept(second)).toMatchObject({ hours: null });
    },
  );

  it('that is too large for its reason is not kept', async () => {
    const gmailId = await aMessage('x'.repeat(600_000));
    await aWorker().fetch(gmailId, 'background');
    expect(await kept(gmailId)).toBeUndefined();
    await aWorker().fetch(gmailId, 'prefetch');
    expect((await kept(gmailId)).text).toHaveLength(600_000);
  });

  it('is fetched once, however many processes are asked for it at once and for whatever reason', async () => {
    const gmailId = await aMessage();
    const before = calls();
    simulator.inject({ match: { method: 'messages.get' }, effect: { latencyMs: 150 } });
    const workers = [aWorker(), aWorker(), aWorker()];
    const ends = await Promise.all(
      workers.flatMap((worker) => [worker.fetch(gmailId), worker.fetch(gmailId, 'prefetch')]),
    );
    expect(calls() - before).toBe(1);
    expect(await kept(gmailId)).toBeDefined();
    // A reader who found another at it looks again.
    expect(ends.some((end) => end !== undefined && end.againInMs > 0)).toBe(true);
  });

  it('that Gmail has no longer is noted, and not asked for again', async () => {
    const gmailId = await aMessage();
    simulator.account(email).delete(gmailId);
    const worker = aWorker({ withContent: true });
    await worker.fetch(gmailId);
    expect(await kept(gmailId)).toMatchObject({ text: null, flaws: ['gone'], hours: 1 });
    const before = calls();
    await worker.fetch(gmailId);
    expect(calls()).toBe(before);
  });

  it('is guessed ahead from units that nobody needs, and left when there are none; a reader waits for his', async () => {
    const gmailId = await aMessage();
    const poor = aWorker({ isPoor: true });
    await poor.spend();
    expect(await poor.fetch(gmailId, 'prefetch')).toBeUndefined();
    expect(await kept(gmailId)).toBeUndefined();
    await poor.fetch(gmailId, 'viewing');
    expect(await kept(gmailId)).toBeDefined();
  });

  it('waits for the end of an outage, which two processes do not find out twice', async () => {
    const gmailId = await aMessage();
    const worker = aWorker();
    simulator.inject({ match: { method: 'messages.get' }, effect: { status: 503 } });
    await until(async () => {
      await worker.fetch(gmailId).catch(() => undefined);
      return worker.contentGmail.openForMs() > 0;
    });
    const before = calls();
    expect(await worker.fetch(gmailId)).toMatchObject({ againInMs: expect.any(Number) });
    expect(await worker.fetch(gmailId, 'prefetch')).toBeUndefined();
    expect(calls()).toBe(before);
    simulator.clearFaults();
    await until(async () => {
      await worker.fetch(gmailId).catch(() => undefined);
      return (await kept(gmailId)) !== undefined;
    });
  });

  it('R45: is left for the 60 s of its own profile by a process that has nobody to decide with', async () => {
    const gmailId = await aMessage();
    const worker = aWorker({ isAlone: true });
    simulator.inject({ match: { method: 'messages.get' }, effect: { status: 503 } });
    await until(async () => {
      await worker.fetch(gmailId).catch(() => undefined);
      return worker.contentGmail.openForMs() > 0;
    });
    expect(worker.contentGmail.openForMs()).toBeGreaterThan(50_000);
    expect(worker.contentGmail.openForMs()).toBeLessThanOrEqual(60_000);
  });
});

describe('content that is kept for a while', () => {
  it('goes when its time is over, and stays as long as somebody opens it', async () => {
    const [old, opened] = [await aMessage(), await aMessage()];
    for (const gmailId of [old, opened]) await aWorker().fetch(gmailId);
    await database.pool.query(
      `UPDATE contents SET kept_until = now() - interval '1 minute' WHERE gmail_id = ANY($1)`,
      [[old, opened]],
    );
    await database.db.contents.keep(mailboxId, opened, 3_600_000);
    await database.db.contents.prune();
    expect(await kept(old)).toBeUndefined();
    expect(await kept(opened)).toMatchObject({ hours: 1 });
  });

  it('has as its likely next the rest of its thread, then what is older', async () => {
    const ids = [await aMessage(), await aMessage(), await aMessage(), await aMessage()];
    await database.pool.query(
      `UPDATE emails SET received_at = now() + interval '1 day' * (5 - array_position($1, gmail_id)) WHERE gmail_id = ANY($1)`,
      [ids],
    );
    await database.pool.query(`UPDATE emails SET thread_id = $1 WHERE gmail_id = $2`, [ids[1], ids[3]]);
    expect(await database.db.contents.likelyNext(mailboxId, ids[1]!, 2)).toEqual([ids[3], ids[2]]);
    expect(await database.db.contents.likelyNext(mailboxId, 'ffff', 5)).toEqual([]);
  });
});
