// Mailboxes that wait for Gmail, and the word of the fleet that it is back.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { backfillMailbox, createProducer, syncMailbox } from '@finito/jobs';
import { createFleetBreaker } from '@finito/quota';
import { createLog, createRedis } from '@finito/service-kit';
import { startTestRedis, until } from '@finito/testing';
import type { TestRedis } from '@finito/testing';
import { startWaking } from '../src/wake-after-outage.ts';
import { aDatabase } from './a-database.ts';

let database: Awaited<ReturnType<typeof aDatabase>>;
let server: TestRedis;
const open: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await aDatabase();
  server = await startTestRedis();
});
afterAll(async () => {
  for (const close of open) await close();
  await server.stop();
  await database.close();
});

/** A mailbox that waits for ten minutes, live or with messages still to fetch. */
async function aWaitingMailbox({ reason = 'breaker', pending = 0 } = {}): Promise<string> {
  const mailboxId = await database.connect();
  await database.pool.query(
    `UPDATE mailboxes SET state = 'live', generation = 1, listed = $3, pending = $3, wait_reason = $2,
       wait_until = now() + interval '10 minutes', due_at = now() + interval '1 day' WHERE id = $1`,
    [mailboxId, reason, pending],
  );
  return mailboxId;
}

async function waiting(): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>(
    'SELECT id FROM mailboxes WHERE wait_until > now()',
  );
  return rows.map(({ id }) => id);
}

describe('mailboxes that wait for an outage to end', () => {
  it('are woken when a breaker closes: each once, by one of the workers, and no other mailbox', async () => {
    const log = createLog({ service: 'gmail-worker', destination: { write: () => undefined } });
    const redis = createRedis(server.url, { role: 'producer', log });
    const jobs = createProducer({ redis });
    const projectKey = randomUUID();
    const workers = [1, 2].map(() => {
      const breakers = createFleetBreaker({
        ...{ redis, projectKey, id: randomUUID(), names: ['history'], resetTimeoutMs: 60_000, pollMs: 40 },
      });
      const waking = startWaking({ db: database.db, jobs, breakers, log });
      open.push(
        () => waking.close(),
        () => breakers.close(),
      );
      return breakers;
    });
    open.push(
      () => jobs.close(),
      async () => redis.disconnect(),
    );
    for (let i = 0; i < 12; i += 1) await aWaitingMailbox();
    await aWaitingMailbox({ pending: 3 });
    const other = await aWaitingMailbox({ reason: 'cooldown' });

    await workers[0]!.forceOpen('history', 60_000);
    await until(() => workers.every((each) => each.state('history') === 'open'));
    expect(await waiting()).toHaveLength(14);
    await workers[1]!.reset('history');
    await until(async () => (await waiting()).length === 1);
    expect(await waiting()).toEqual([other]);
    await until(async () => (await jobs.counts(syncMailbox)).waiting === 13);
    expect((await jobs.counts(backfillMailbox)).waiting).toBe(1);
  });
});
