// One job on a Redis of the test's own, and whatever producers and consumers the test opens on it.
import { startTestRedis } from '@finito/testing';
import type { TestRedis } from '@finito/testing';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { createConsumer, createProducer, defineJob } from '../src/index.ts';
import type { Consumer, Handler, JobOutcome, Producer } from '../src/index.ts';

export const lookAt = defineJob({
  name: 'look-at',
  payload: z.object({ mailboxId: z.string().regex(/^mb_/), note: z.string().optional() }),
  lane: 'bulk',
  attempts: 3,
  backoffMs: 20,
  concurrency: 4,
  dedupeKey: ({ mailboxId }) => mailboxId,
});

export async function aQueue(server?: TestRedis) {
  const own = server ?? (await startTestRedis());
  const connections: Redis[] = [];
  const open: (Consumer | Producer)[] = [];
  const outcomes: JobOutcome[] = [];
  const connect = (options: { commandTimeout?: number } = {}) => {
    const redis = new Redis(own.url, { maxRetriesPerRequest: null, ...options });
    redis.on('error', () => undefined);
    connections.push(redis);
    return redis;
  };
  const producer = createProducer({ redis: connect({ commandTimeout: 2_000 }), timeoutMs: 3_000 });
  open.push(producer);
  return {
    server: own,
    redis: connect({ commandTimeout: 2_000 }),
    connect,
    producer,
    /** Of every run, in order. */
    outcomes,
    endings: () => outcomes.map(({ outcome }) => outcome),
    consume(handler: Handler<typeof lookAt>, options: { concurrency?: number } = {}): Consumer {
      const consumer = createConsumer(lookAt, handler, {
        redis: connect(),
        onOutcome: (outcome) => outcomes.push(outcome),
        ...options,
      });
      open.push(consumer);
      return consumer;
    },
    async close() {
      await Promise.all(open.map((each) => each.close(3_000)));
      for (const redis of connections) redis.disconnect();
      if (!server) await own.stop();
    },
  };
}
