// A mailbox held against what Gmail says it has: the simulator in this process, the database as it is.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createGmail } from '@finito/gmail';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { createQuotaLedger, parseQuotaProfile } from '@finito/quota';
import { createLog, createRedis, createRegistry } from '@finito/service-kit';
import { testRedis } from '@finito/testing';
import { audit } from '../src/audit-mailboxes.ts';
import type { AuditNeeds } from '../src/audit-mailboxes.ts';
import { workerMetrics } from '../src/metrics.ts';
import { aDatabase } from './a-database.ts';

const email = 'robin@example.com';
const messages = 30;
let simulator: GmailSimulator;
let database: Awaited<ReturnType<typeof aDatabase>>;
let redis: ReturnType<typeof createRedis>;
let lines: string[];
beforeAll(async () => {
  simulator = await startGmailSimulator({
    accounts: [{ emailAddress: email, name: 'Robin', messages: await sampleMailbox({ messages }) }],
  });
  database = await aDatabase();
  lines = [];
  const log = createLog({ service: 'test', destination: { write: (line) => void lines.push(line) } });
  redis = createRedis((await testRedis()).url, { role: 'producer', log });
});
afterAll(async () => {
  redis.disconnect();
  await database.close();
  await simulator.close();
});

/** A live mailbox that says it holds so many messages, at the position where Gmail is now. */
async function aLiveMailbox(stored: number, historyId: string) {
  const { subject } = simulator.account(email);
  const name = `${subject}-${randomBytes(4).toString('hex')}`;
  const mailboxId = await database.connect({ subject: name, emailAddress: email });
  await database.pool.query(
    `UPDATE mailboxes SET state = 'live', generation = 1, history_id = $2, listed = $3, stored = $3 WHERE id = $1`,
    [mailboxId, historyId, stored],
  );
  return (await database.db.fleet.auditCandidate(mailboxId))!;
}

function needs(): { needs: AuditNeeds; counted: () => Promise<Record<string, number>> } {
  const registry = createRegistry({ service: 'test', version: '0' });
  const log = createLog({ service: 'test', destination: { write: (line) => void lines.push(line) } });
  const profile = parseQuotaProfile('2026-05');
  return {
    needs: {
      db: database.db,
      gmail: createGmail({ apiUrl: simulator.endpoints['GMAIL_API_URL'] }),
      accessTokens: { get: () => Promise.resolve(simulator.issueTokens(email).accessToken) },
      quota: createQuotaLedger({ redis, projectKey: randomBytes(6).toString('hex'), profile }),
      profile,
      metrics: workerMetrics(registry),
      log,
    },
    async counted() {
      const audits = await registry.getSingleMetric('finito_sync_audits_total')!.get();
      return Object.fromEntries(
        audits.values.filter(({ value }) => value > 0).map(({ labels, value }) => [labels.outcome, value]),
      );
    },
  };
}

async function isToBeListedAnew(mailboxId: string): Promise<boolean> {
  const { rows } = await database.pool.query('SELECT relist FROM mailboxes WHERE id = $1', [mailboxId]);
  return rows[0].relist as boolean;
}

async function positionOfGmail(): Promise<string> {
  const { accessToken } = simulator.issueTokens(email);
  const gmail = createGmail({ apiUrl: simulator.endpoints['GMAIL_API_URL'] });
  const { historyId } = await gmail
    .mailbox({ getAccessToken: () => Promise.resolve(accessToken!) })
    .getProfile();
  await gmail.close();
  return historyId;
}

describe('an audit', () => {
  it.each([
    { stored: messages, outcome: 'same', drift: 0 },
    { stored: messages - 2, outcome: 'differs', drift: 2 },
    { stored: messages + 1, outcome: 'differs', drift: 1 },
  ])('of a mailbox of $stored messages, where Gmail has 30, ends as "$outcome"', async (each) => {
    const mailbox = await aLiveMailbox(each.stored, await positionOfGmail());
    const { needs: given, counted } = needs();
    expect(await audit(given, mailbox, new AbortController())).toBe(each.drift);
    expect(await counted()).toEqual({ [each.outcome]: 1 });
    expect(await isToBeListedAnew(mailbox.mailboxId)).toBe(each.drift > 0);
  });

  it('has a mailbox that differs listed anew once a day at most', async () => {
    const { mailboxId, ...mailbox } = await aLiveMailbox(messages - 2, await positionOfGmail());
    await database.pool.query(
      `INSERT INTO sync_generations (mailbox_id, generation, kind, pinned_history_id) VALUES ($1, 1, 'full', 1)`,
      [mailboxId],
    );
    expect(await audit(needs().needs, { mailboxId, ...mailbox }, new AbortController())).toBe(2);
    expect(await isToBeListedAnew(mailboxId)).toBe(false);
  });

  it('compares nothing when the mailbox is not where Gmail is, for then a difference says nothing', async () => {
    const mailbox = await aLiveMailbox(messages - 2, '1');
    const { needs: given, counted } = needs();
    expect(await audit(given, mailbox, new AbortController())).toBeUndefined();
    expect(await counted()).toEqual({ behind: 1 });
  });

  it('that Gmail does not answer is counted, told to the log, and ends nothing', async () => {
    const mailbox = await aLiveMailbox(messages, await positionOfGmail());
    const { needs: given, counted } = needs();
    const gmail = createGmail({ apiUrl: 'http://127.0.0.1:9', maxRetries: 0 });
    expect(await audit({ ...given, gmail }, mailbox, new AbortController())).toBeUndefined();
    expect(await counted()).toEqual({ failed: 1 });
    expect(lines.join('')).toContain('a mailbox could not be audited');
  });
});
