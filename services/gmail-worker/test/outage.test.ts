// Gmail goes away under several workers, each a process of its own, and comes back.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { operationClasses } from '@finito/gmail';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { createFleetBreaker } from '@finito/quota';
import { Redis } from 'ioredis';
import { aWorld, eventually, inStep } from './running-worker.ts';
import type { World } from './running-worker.ts';

jest.setTimeout(120_000);

const emails = Array.from({ length: 24 }, (_, n) => `robin${n}@example.com`);
const resetMs = 1_000;
let simulator: GmailSimulator;
let world: World;
let adminUrls: string[];
let redis: Redis;

beforeAll(async () => {
  const sample = await sampleMailbox({ messages: 10 });
  simulator = await startGmailSimulator({
    timeFactor: 240,
    accounts: emails.map((emailAddress) => ({ emailAddress, name: 'Robin', messages: sample })),
  });
  world = await aWorld(simulator, {
    GMAIL_QUOTA_TIME_FACTOR: '240',
    GMAIL_BREAKER_RESET_MS: String(resetMs),
  });
  const workers = await Promise.all([world.startWorker(), world.startWorker()]);
  adminUrls = workers.map(({ adminUrl }) => adminUrl);
  redis = new Redis(world.redis.url);
}, 120_000);
afterAll(async () => {
  redis.disconnect();
  await world.close();
  await simulator.close();
});

/** As an operator sees the fleet. */
function anOperator() {
  const settings = {
    redis,
    projectKey: simulator.clientId,
    names: operationClasses,
    resetTimeoutMs: resetMs,
  };
  return createFleetBreaker({ ...settings, id: 'operator' });
}

async function breakerOf(adminUrl: string, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const line = text
    .split('\n')
    .find((each) => each.startsWith('finito_gmail_breaker_state') && each.includes(`"${name}"`));
  return Number(line?.split(' ').at(-1));
}

const historyCalls = () => simulator.report().calls['history.list'] ?? 0;

describe('an outage of Gmail', () => {
  it('R47: opens one breaker for the fleet, is probed at most once a reset period, and ends by itself', async () => {
    const mailboxes = await Promise.all(emails.map((email) => world.connect(email)));
    for (const mailboxId of mailboxes) await world.untilLive(mailboxId);

    simulator.inject({ match: {}, effect: { status: 503 } });
    const isOpen = async () => {
      const states = await Promise.all(adminUrls.map((url) => breakerOf(url, 'history')));
      return states.every((state) => state > 0);
    };
    await eventually(isOpen, { message: 'both workers to know' });
    await eventually(async () => (await world.progress(mailboxes[0]!)).waitReason === 'breaker');

    const before = historyCalls();
    const startedAt = Date.now();
    await eventually(() => Date.now() - startedAt > 4 * resetMs);
    const probes = historyCalls() - before;
    expect(probes).toBeGreaterThan(0);
    expect(probes).toBeLessThanOrEqual((Date.now() - startedAt) / resetMs + 1);

    simulator.clearFaults();
    await eventually(async () => !(await isOpen()), { timeoutMs: 20_000, message: 'the breakers to close' });
    for (const mailboxId of mailboxes) await world.untilLive(mailboxId);
    expect(await world.comparedWithTruth(mailboxes[0]!, emails[0]!)).toEqual(inStep);
  });

  it('can be declared and ended by an operator, whose word reaches every process within a second', async () => {
    const operator = anOperator();
    try {
      await operator.forceOpen('history', 60_000);
      const reach = { timeoutMs: 1_000, everyMs: 20 };
      await eventually(
        async () =>
          (await Promise.all(adminUrls.map((url) => breakerOf(url, 'history')))).every(
            (state) => state === 2,
          ),
        reach,
      );
      const before = historyCalls();
      await operator.reset('history');
      await eventually(
        async () =>
          (await Promise.all(adminUrls.map((url) => breakerOf(url, 'history')))).every(
            (state) => state === 0,
          ),
        reach,
      );
      await eventually(() => historyCalls() > before);
    } finally {
      await operator.close();
    }
  });
});
