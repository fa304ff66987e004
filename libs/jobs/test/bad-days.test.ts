import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startProcess, until } from '@finito/testing';
import { QueueUnavailableError } from '../src/index.ts';
import { aQueue, lookAt } from './a-queue.ts';

let queue: Awaited<ReturnType<typeof aQueue>>;
afterEach(() => queue.close());

const one = { mailboxId: 'mb_1' };

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

describe('a worker that is killed', () => {
  it('loses nothing: its job is taken over within 7 s, again and again', async () => {
    queue = await aQueue();
    await queue.producer.enqueue(lookAt, one);
    for (let death = 0; death < 2; death += 1) {
      const holder = await startProcess({
        command: process.execPath,
        args: ['--no-warnings', join(import.meta.dirname, 'held-job.ts')],
        env: { ...process.env, NODE_OPTIONS: '', REDIS_URL: queue.server.url },
        readyWhen: (output) => output.includes('holds a job'),
      });
      await holder.stop({ signal: 'SIGKILL' });
    }
    const attempts: number[] = [];
    const waited = await timeOf(async () => {
      queue.consume(async (_payload, { attempt }) => void attempts.push(attempt));
      await until(() => attempts.length > 0);
    });
    expect(waited).toBeLessThan(8_000);
    expect(attempts).toEqual([0]);
  }, 60_000);
});

describe('closing a consumer', () => {
  it('aborts the signal, waits for the handler in hand and leaves the rest in the queue', async () => {
    queue = await aQueue();
    let isDone = false;
    const consumer = queue.consume(
      (_payload, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () =>
            setTimeout(() => {
              isDone = true;
              resolve();
            }, 200),
          );
        }),
      { concurrency: 1 },
    );
    await queue.producer.enqueue(lookAt, one);
    await queue.producer.enqueue(lookAt, { mailboxId: 'mb_2' });
    await until(async () => (await queue.producer.counts(lookAt)).active === 1);
    await consumer.close();
    expect(isDone).toBe(true);
    expect(await queue.producer.counts(lookAt)).toMatchObject({ waiting: 1, active: 0, failed: 0 });
  });

  it('ends within its grace when the handler hears nothing', async () => {
    queue = await aQueue();
    let letGo: () => void = () => undefined;
    const consumer = queue.consume(() => new Promise((resolve) => (letGo = resolve)));
    await queue.producer.enqueue(lookAt, one);
    await until(async () => (await queue.producer.counts(lookAt)).active === 1);
    const took = await timeOf(() => consumer.close(500));
    expect(took).toBeGreaterThan(450);
    expect(took).toBeLessThan(1_500);
    letGo();
  });

  it.each(['frozen', 'gone'])('ends within its grace while Redis is %s', async (fault) => {
    queue = await aQueue();
    const consumer = queue.consume(async () => undefined);
    await queue.producer.enqueue(lookAt, one);
    await until(() => queue.outcomes.length === 1);
    if (fault === 'frozen') await queue.server.pause();
    else await queue.server.kill();
    expect(await timeOf(() => consumer.close(1_000))).toBeLessThan(2_000);
    if (fault === 'frozen') await queue.server.resume();
    else await queue.server.restart();
  });
});

describe('a producer', () => {
  it.each(['frozen', 'gone'])(
    'says within its time that Redis is %s, and works again after it',
    async (fault) => {
      queue = await aQueue();
      await queue.producer.enqueue(lookAt, one);
      if (fault === 'frozen') await queue.server.pause();
      else await queue.server.kill();
      const late = queue.producer.enqueue(lookAt, { mailboxId: 'mb_2' });
      expect(await timeOf(() => expect(late).rejects.toThrow(QueueUnavailableError))).toBeLessThan(4_000);
      if (fault === 'frozen') await queue.server.resume();
      else await queue.server.restart();
      await until(async () => {
        await queue.producer.enqueue(lookAt, { mailboxId: 'mb_2' });
        return true;
      });
      // Whether the first try was carried out or not: it is one job.
      expect((await queue.producer.counts(lookAt)).waiting).toBe(fault === 'frozen' ? 2 : 1);
    },
  );
});
