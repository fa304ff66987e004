import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRedis, until } from '@finito/testing';
import type { TestRedis } from '@finito/testing';
import type { Redis } from 'ioredis';
import { createLog, createRedis } from '../src/index.ts';
import type { RedisRole } from '../src/index.ts';

let server: TestRedis;
let lines: string[] = [];
const open: Redis[] = [];
const log = createLog({ service: 'test', destination: { write: (line: string) => void lines.push(line) } });

async function connect(role: RedisRole): Promise<Redis> {
  const redis = createRedis(server.url, { role, log });
  open.push(redis);
  await until(() => redis.status === 'ready');
  return redis;
}

async function timeOf(run: () => Promise<unknown>): Promise<{ ms: number; failed: boolean }> {
  const startedAt = performance.now();
  const failed = await run().then(
    () => false,
    () => true,
  );
  return { ms: performance.now() - startedAt, failed };
}

beforeAll(async () => {
  server = await startTestRedis();
});
afterEach(() => {
  for (const redis of open.splice(0)) redis.disconnect();
  lines = [];
});
afterAll(() => server.stop());

describe('a connection for requests', () => {
  it('gives up on a frozen Redis after 50 ms, also when many ask at once', async () => {
    const redis = await connect('request');
    await redis.set('a', '1');
    await server.pause();
    try {
      const asked = Array.from({ length: 50 }, (_, i) => timeOf(() => redis.incr(`key${i}`)));
      for (const { ms, failed } of await Promise.all(asked)) {
        expect(failed).toBe(true);
        expect(ms).toBeLessThan(200);
      }
      const later = await timeOf(() => redis.get('a'));
      expect(later.failed).toBe(true);
      expect(later.ms).toBeLessThan(200);
    } finally {
      await server.resume();
    }
    await until(async () => (await redis.get('a')) === '1');
  });

  it('fails at once while Redis is away, says so once, and is back by itself', async () => {
    const redis = await connect('request');
    await server.kill();
    await until(() => redis.status !== 'ready');
    const { ms, failed } = await timeOf(() => redis.get('a'));
    expect(failed).toBe(true);
    expect(ms).toBeLessThan(60);
    await until(() => lines.some((line) => line.includes('redis is away')));
    await server.restart();
    await until(async () => (await redis.ping()) === 'PONG');
    expect(lines.filter((line) => line.includes('redis is away'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('redis is back'))).toHaveLength(1);
  });
});

describe('a connection for producers', () => {
  it('gives up on a frozen Redis after half a second', async () => {
    const redis = await connect('producer');
    await server.pause();
    try {
      const { ms, failed } = await timeOf(() => redis.lpush('list', 'x'));
      expect(failed).toBe(true);
      expect(ms).toBeGreaterThan(400);
      expect(ms).toBeLessThan(900);
    } finally {
      await server.resume();
    }
  });
});

describe('a connection for workers', () => {
  it('waits in a blocking read for longer than any command timeout', async () => {
    const redis = await connect('worker');
    const { ms, failed } = await timeOf(() => redis.blpop('empty', 1));
    expect(failed).toBe(false);
    expect(ms).toBeGreaterThan(900);
  });

  it('keeps a command until Redis is back', async () => {
    const redis = await connect('worker');
    await server.kill();
    await until(() => redis.status !== 'ready');
    const answer = redis.set('kept', 'yes');
    await server.restart();
    expect(await answer).toBe('OK');
  });
});
