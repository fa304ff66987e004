import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestRedis, until } from '@finito/testing';
import type { TestRedis } from '@finito/testing';
import { defineJob, InvalidPayloadError, QueueUnavailableError } from '../src/index.ts';
import type { JobContext } from '../src/index.ts';
import { aQueue, lookAt } from './a-queue.ts';

let server: TestRedis;
let queue: Awaited<ReturnType<typeof aQueue>>;
beforeAll(async () => {
  server = await startTestRedis();
});
beforeEach(async () => {
  await server.flush();
  queue = await aQueue(server);
});
afterEach(() => queue.close());
afterAll(() => server.stop());

const one = { mailboxId: 'mb_1' };
const enqueue = (payload = one, options: { delayMs?: number } = {}) =>
  queue.producer.enqueue(lookAt, payload, options);

/** A handler that runs until it is let go. */
function aGate() {
  const starts: number[] = [];
  let open: () => void = () => undefined;
  let isOpen = false;
  return {
    starts,
    handler: async () => {
      starts.push(Date.now());
      if (!isOpen) await new Promise<void>((resolve) => (open = resolve));
    },
    open() {
      isOpen = true;
      open();
    },
  };
}

describe('a payload', () => {
  it('that does not fit is refused before Redis sees it', async () => {
    await expect(enqueue({ mailboxId: 'private' })).rejects.toThrow(InvalidPayloadError);
    expect(await queue.redis.dbsize()).toBe(0);
  });

  it('loses the fields that its job does not know', async () => {
    const seen: unknown[] = [];
    await queue.producer.enqueue(lookAt, { ...one, token: 'secret' } as typeof one);
    queue.consume(async (payload) => void seen.push(payload));
    await until(() => seen.length === 1);
    expect(seen).toEqual([one]);
  });

  it('that a foreign writer put into the queue fails at once, and its text goes nowhere', async () => {
    const { Queue } = await import('bullmq');
    const foreign = new Queue(lookAt.name, { connection: queue.connect() as never, prefix: '{finito}' });
    await foreign.add(lookAt.name, { mailboxId: 'ya29.secret' }, { attempts: 3 });
    let runs = 0;
    queue.consume(async () => void (runs += 1));
    await until(() => queue.outcomes.length === 1);
    expect(queue.endings()).toEqual(['failed']);
    expect(String(queue.outcomes[0]?.error)).not.toContain('ya29');
    expect(runs).toBe(0);
    const [failed] = await until(async () => {
      const jobs = await foreign.getFailed();
      return jobs.length > 0 ? jobs : undefined;
    });
    expect(failed?.failedReason).toBe('InvalidPayloadError');
    expect(failed?.stacktrace?.join()).not.toContain('ya29');
    await foreign.close();
  });
});

describe('a queue with a limit', () => {
  const limited = defineJob({ ...lookAt, name: 'limited', maxWaiting: 5 });
  const add = (n: number) => queue.producer.enqueue(limited, { mailboxId: `mb_${n}` });

  it('takes no more jobs while so many wait, and takes them again when they are done', async () => {
    for (let n = 0; n < 5; n += 1) await add(n);
    await until(() =>
      add(5).then(
        () => false,
        (error: unknown) => error instanceof QueueUnavailableError,
      ),
    );
    const { waiting } = await queue.producer.counts(limited);
    expect(waiting).toBeGreaterThanOrEqual(5);
    await queue.redis.flushall();
    await until(() => add(6).then(() => true));
  });
});

describe('deduplication', () => {
  it('two enqueues under one key are one job', async () => {
    await enqueue();
    await enqueue();
    await enqueue({ mailboxId: 'mb_2' });
    expect(await queue.producer.counts(lookAt)).toMatchObject({ waiting: 2 });
  });

  it('two enqueues while their twin runs lead to exactly one further run', async () => {
    const gate = aGate();
    queue.consume(gate.handler);
    await enqueue();
    await until(() => gate.starts.length === 1);
    await enqueue();
    await enqueue();
    expect(gate.starts).toHaveLength(1);
    gate.open();
    await until(() => queue.outcomes.length === 2);
    await enqueue({ mailboxId: 'mb_2' });
    await until(() => queue.outcomes.length === 3);
    expect(gate.starts).toHaveLength(3);
    expect(await queue.producer.counts(lookAt)).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
  });

  it('an enqueue without delay brings a job forward that was to run later', async () => {
    await enqueue(one, { delayMs: 60_000 });
    expect(await queue.producer.counts(lookAt)).toMatchObject({ delayed: 1 });
    queue.consume(async () => undefined);
    await enqueue();
    await until(() => queue.outcomes.length === 1);
    expect(await queue.producer.counts(lookAt)).toMatchObject({ delayed: 0 });
  });

  it('an enqueue with delay never puts off a job that was to run sooner', async () => {
    await enqueue(one, { delayMs: 300 });
    await enqueue(one, { delayMs: 60_000 });
    queue.consume(async () => undefined);
    await until(() => queue.outcomes.length === 1, { timeoutMs: 5_000 });
  });
});

describe('a handler that', () => {
  it('asks to come back comes back after that time, as often as it likes, and spends no attempt', async () => {
    const starts: number[] = [];
    const attempts: number[] = [];
    queue.consume(async (_payload, { attempt }: JobContext) => {
      starts.push(Date.now());
      attempts.push(attempt);
      return starts.length < 6 ? { againInMs: 50 } : undefined;
    });
    await enqueue();
    await until(() => queue.outcomes.length === 6);
    expect(queue.endings()).toEqual(['again', 'again', 'again', 'again', 'again', 'done']);
    expect(attempts).toEqual([0, 0, 0, 0, 0, 0]);
    for (let i = 1; i < 6; i += 1) expect(starts[i]! - starts[i - 1]!).toBeGreaterThanOrEqual(49);
    // A BullMQ that does not know Redis' version waits a whole second each time.
    expect(starts[5]! - starts[0]!).toBeLessThan(4_000);
  });

  it('returns something else than a time is done', async () => {
    const answer = () => ({ counted: 1 }) as unknown as undefined;
    queue.consume(async () => answer());
    await enqueue();
    await until(() => queue.outcomes.length === 1);
    await until(async () => (await queue.producer.counts(lookAt)).active === 0);
    expect(queue.endings()).toEqual(['done']);
    expect(await queue.producer.counts(lookAt)).toMatchObject({ waiting: 0, delayed: 0, failed: 0 });
  });

  it('throws is tried as often as its job says, then given up', async () => {
    queue.consume(async () => {
      throw new Error('no luck');
    });
    await enqueue();
    await until(() => queue.outcomes.length === 3);
    expect(queue.endings()).toEqual(['retry', 'retry', 'failed']);
    await until(async () => (await queue.producer.counts(lookAt)).failed === 1);
  });

  it('throws what no retry can mend fails at once', async () => {
    queue.consume(async () => {
      throw Object.assign(new Error('revoked'), { retryable: false });
    });
    await enqueue();
    await until(async () => (await queue.producer.counts(lookAt)).failed === 1);
    expect(queue.endings()).toEqual(['failed']);
  });

  it('throws with a time to retry after is delayed to it, and spends no attempt', async () => {
    const starts: number[] = [];
    queue.consume(async () => {
      starts.push(Date.now());
      if (starts.length < 5) throw Object.assign(new Error('quota'), { retryAfterMs: 60 });
    });
    await enqueue();
    await until(() => queue.endings().at(-1) === 'done');
    expect(queue.endings()).toEqual(['again', 'again', 'again', 'again', 'done']);
    for (let i = 1; i < 5; i += 1) expect(starts[i]! - starts[i - 1]!).toBeGreaterThanOrEqual(59);
  });

  it('failed for good leaves its key free: the next enqueue runs', async () => {
    let broken = true;
    queue.consume(async () => {
      if (broken) throw Object.assign(new Error('broken'), { retryable: false });
    });
    await enqueue();
    await until(() => queue.outcomes.length === 1);
    broken = false;
    await enqueue();
    await until(() => queue.endings().at(-1) === 'done');
  });
});

describe('what a run reports', () => {
  it('waiting counts from when the job was due, also after it came back', async () => {
    let runs = 0;
    queue.consume(async () => ((runs += 1) < 3 ? { againInMs: 1_000 } : undefined));
    await enqueue(one, { delayMs: 1_000 });
    await until(() => queue.outcomes.length === 3);
    for (const { waitMs } of queue.outcomes) expect(waitMs).toBeLessThan(700);
  });

  it('a job that is due again waits from then on, also while every worker is busy', async () => {
    const gate = aGate();
    let runs = 0;
    queue.consume(
      async ({ mailboxId }) =>
        mailboxId === 'mb_1' && (runs += 1) < 2 ? { againInMs: 1_000 } : gate.handler(),
      { concurrency: 1 },
    );
    await enqueue();
    await until(() => queue.outcomes.length === 1);
    await enqueue({ mailboxId: 'mb_2' });
    await until(async () => (await queue.producer.counts(lookAt)).active === 1);
    const { oldestAgeSeconds } = await until(async () => {
      const counts = await queue.producer.counts(lookAt);
      return counts.waiting === 1 && counts.delayed === 0 ? counts : undefined;
    });
    expect(oldestAgeSeconds).toBeLessThan(0.9);
    gate.open();
    await until(() => queue.outcomes.length === 3);
  });

  it('the oldest age is that of the oldest waiting job', async () => {
    await enqueue();
    await sleep(300);
    await enqueue({ mailboxId: 'mb_2' });
    const { oldestAgeSeconds } = await queue.producer.counts(lookAt);
    expect(oldestAgeSeconds).toBeGreaterThan(0.29);
    expect(oldestAgeSeconds).toBeLessThan(5);
  });
});
