// One trace from who asked, through the queue, to Gmail: the job is enqueued as the gateway does, the worker is a
// process of its own.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { createProducer, syncMailbox } from '@finito/jobs';
import { createLog, createRedis } from '@finito/service-kit';
import { startOtlpReceiver, until } from '@finito/testing';
import { aWorld } from './running-worker.ts';
import type { World } from './running-worker.ts';

jest.setTimeout(90_000);

const email = 'robin@example.com';
const traceId = 'c'.repeat(32);
const traceparent = `00-${traceId}-${'d'.repeat(16)}-01`;
let simulator: GmailSimulator;
let world: World;
let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
beforeAll(async () => {
  simulator = await startGmailSimulator({
    accounts: [{ emailAddress: email, name: 'Robin', messages: await sampleMailbox({ messages: 120 }) }],
    timeFactor: 240,
  });
  receiver = await startOtlpReceiver();
  world = await aWorld(simulator, {
    GMAIL_QUOTA_TIME_FACTOR: '240',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
});
afterAll(async () => {
  await world.close();
  await receiver.close();
  await simulator.close();
});

describe('a trace', () => {
  it('goes with a job to the calls it makes at Gmail, and with the jobs that it enqueues, without a word of mail', async () => {
    const mailboxId = await world.connect(email);
    const redis = createRedis(world.redis.url, {
      role: 'producer',
      log: createLog({ service: 'test', level: 'silent' }),
    });
    const jobs = createProducer({ redis, traceparent: () => traceparent });
    await jobs.enqueue(syncMailbox, { mailboxId });
    const { process } = await world.startWorker();
    await world.untilLive(mailboxId);
    const ours = () => receiver.spans().filter((span) => span.traceId === traceId);
    await until(() => ours().some(({ name }) => name === 'job backfill-mailbox'), { timeoutMs: 10_000 });

    const job = ours().find(({ name }) => name === 'job sync-mailbox');
    expect(job).toMatchObject({ service: 'gmail-worker', parentSpanId: 'd'.repeat(16), failed: false });
    const calls = ours().filter(({ parentSpanId }) => parentSpanId === job!.spanId);
    expect(calls.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['gmail getProfile', 'gmail messages.list']),
    );
    const text = JSON.stringify(receiver.spans());
    for (const secret of [email, mailboxId, 'Bearer', 'ya29']) expect(text).not.toContain(secret);
    expect(process.output()).not.toContain('uncaught');
    await jobs.close();
    redis.disconnect();
  });
});
