import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Job, Payload } from './define-job.ts';
import { QueueUnavailableError } from './errors.ts';
import { parsePayload } from './parse-payload.ts';
import { queueCounts } from './queue-counts.ts';
import type { QueueCounts } from './queue-counts.ts';
import { queuePrefix } from './queue-prefix.ts';
import { withCause } from './job-cause.ts';

export interface Producer {
  /**
   * Puts a job into its queue. Enqueued again under the same key before it runs, it stays one job, and
   * without a delay it becomes due at once; enqueued while it runs, it runs once more.
   * @throws InvalidPayloadError, QueueUnavailableError (full, or of unknown outcome: enqueueing again is harmless)
   */
  enqueue<J extends Job>(job: J, payload: Payload<J>, options?: { delayMs?: number }): Promise<void>;
  counts(job: Job): Promise<QueueCounts>;
  close(): Promise<void>;
}

/** Days that a job given up is kept for a person to look at. */
const keepFailedSeconds = 7 * 24 * 3600;

/** `redis` must have a command timeout: with none, a frozen Redis holds `enqueue` for ever (measured). */
export function createProducer({
  redis,
  prefix = queuePrefix,
  timeoutMs = 1_000,
  traceparent = () => undefined,
}: {
  redis: Redis;
  prefix?: string;
  timeoutMs?: number;
  /** What is under way, as W3C writes it: it goes along with the job. */
  traceparent?: () => string | undefined;
}): Producer {
  const queues = new Map<string, Queue>();
  const backlogs = new Map<string, { askedAt: number; waiting: Promise<number> }>();

  function queueOf(job: Job): Queue {
    let queue = queues.get(job.name);
    if (!queue) {
      queue = new Queue(job.name, { connection: redis as never, prefix, skipVersionCheck: true });
      queue.on('error', () => undefined); // each call reports its own failure
      queues.set(job.name, queue);
    }
    return queue;
  }

  /** Asked at most once a second; an answer that does not come is none of "full". */
  async function isFull(job: Job): Promise<boolean> {
    if (job.maxWaiting === undefined) return false;
    let backlog = backlogs.get(job.name);
    if (!backlog || Date.now() - backlog.askedAt > 1_000) {
      const waiting = queueOf(job)
        .getWaitingCount()
        .catch(() => 0);
      backlogs.set(job.name, (backlog = { askedAt: Date.now(), waiting }));
    }
    return (await backlog.waiting) >= job.maxWaiting;
  }

  return {
    async enqueue(job, payload, { delayMs = 0 } = {}) {
      const data = parsePayload(job, payload);
      const key = job.dedupeKey?.(data);
      const cause = traceparent();
      const add = async () => {
        if (await isFull(job)) throw new Error('too many jobs are waiting');
        await queueOf(job).add(job.name, cause === undefined ? data : withCause(data, cause), {
          delay: delayMs,
          attempts: job.attempts,
          backoff: { type: 'exponential', delay: job.backoffMs, jitter: 0.5 },
          removeOnComplete: true,
          removeOnFail: { age: keepFailedSeconds, count: 1_000 },
          ...(key && { deduplication: { id: key, keepLastIfActive: true, reschedule: delayMs === 0 } }),
        });
      };
      await inTime(add(), timeoutMs, job);
    },

    counts: (job) => queueCounts(redis, queueOf(job)),

    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

async function inTime(added: Promise<unknown>, timeoutMs: number, job: Job): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  });
  added.catch(() => undefined); // after the deadline nobody listens any more
  try {
    await Promise.race([added, late]);
  } catch (cause) {
    throw new QueueUnavailableError(`${job.name} was not taken`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
