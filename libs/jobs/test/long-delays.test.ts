import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRedis, until } from '@finito/testing';
import type { TestRedis } from '@finito/testing';
import { Redis } from 'ioredis';
import { createConsumer, createProducer, defineJob } from '../src/index.ts';
import { lookAt } from './a-queue.ts';

let server: TestRedis;
beforeAll(async () => void (server = await startTestRedis()));
afterAll(() => server?.stop());

describe('a job that asks to come back', () => {
  it('later than it may ends, and runs again when it is enqueued; sooner, it stays', async () => {
    const job = defineJob({ ...lookAt, name: 'look-late', longestDelayMs: 60_000 });
    const connections = [0, 1].map(() => new Redis(server.url, { maxRetriesPerRequest: null }));
    const producer = createProducer({ redis: connections[0]! });
    const answers = [86_400_000, 60_000];
    let runs = 0;
    const handler = async () => ({ againInMs: answers[runs++]! });
    const consumer = createConsumer(job, handler, { redis: connections[1]! });
    await producer.enqueue(job, { mailboxId: 'mb_1' });
    const holds = async () => {
      const { waiting, delayed, active } = await producer.counts(job);
      return waiting + delayed + active;
    };
    await until(async () => runs === 1 && (await holds()) === 0);
    await producer.enqueue(job, { mailboxId: 'mb_1' });
    await until(async () => runs === 2 && (await producer.counts(job)).delayed === 1);
    expect(runs).toBe(2);
    await consumer.close();
    await producer.close();
    for (const redis of connections) redis.disconnect();
  });
});
