// A process that takes one job of `look-at` and never lets it go, for the tests that kill it.
import { Redis } from 'ioredis';
import { createConsumer } from '../src/index.ts';
import { lookAt } from './a-queue.ts';

createConsumer(
  lookAt,
  async () => {
    console.log('holds a job');
    await new Promise(() => undefined);
  },
  { redis: new Redis(String(process.env['REDIS_URL']), { maxRetriesPerRequest: null }) },
);
