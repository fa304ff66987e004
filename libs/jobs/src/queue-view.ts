import { Queue } from 'bullmq';
import type { Job as BullJob } from 'bullmq';
import type { Redis } from 'ioredis';
import { catalogue } from './catalogue.ts';
import type { Lane } from './define-job.ts';
import { dueAt } from './due-at.ts';
import { QueueUnavailableError } from './errors.ts';
import { queueCounts } from './queue-counts.ts';
import type { QueueCounts } from './queue-counts.ts';
import { queuePrefix } from './queue-prefix.ts';

export type QueueState = 'waiting' | 'active' | 'delayed' | 'failed';

export interface QueueSummary extends QueueCounts {
  name: string;
  lane: Lane;
}

export interface QueuedJob {
  id: string;
  /** The ids that its payload carries; nothing else of it is shown. */
  mailboxId: string | null;
  gmailId: string | null;
  attempts: number;
  /** The name of the error of its last failed try. */
  lastError: string | null;
  enqueuedAt: Date;
  dueAt: Date;
  startedAt: Date | null;
  failedAt: Date | null;
}

/** What the queues hold, for people. It only reads. */
export interface QueueView {
  /** @throws QueueUnavailableError */
  list(): Promise<QueueSummary[]>;
  /**
   * At most `limit` jobs of a queue: of the failed ones the last, of the others those whose turn is next. Undefined
   * when there is no such queue. @throws QueueUnavailableError
   */
  jobs(name: string, state: QueueState, limit: number): Promise<QueuedJob[] | undefined>;
  close(): Promise<void>;
}

/** `redis` must have a command timeout. */
export function createQueueView({
  redis,
  prefix = queuePrefix,
}: {
  redis: Redis;
  prefix?: string;
}): QueueView {
  const queues = catalogue.map(({ name, lane }) => {
    const queue = new Queue(name, { connection: redis as never, prefix, skipVersionCheck: true });
    queue.on('error', () => undefined); // each call reports its own failure
    return { name, lane, queue };
  });
  return {
    list: () =>
      answered(
        Promise.all(
          queues.map(async ({ name, lane, queue }) => ({ name, lane, ...(await queueCounts(redis, queue)) })),
        ),
      ),
    async jobs(name, state, limit) {
      const queue = queues.find((one) => one.name === name)?.queue;
      if (!queue) return undefined;
      const found = await answered(queue.getJobs([state], 0, limit - 1, state !== 'failed'));
      // One that ended between the list and its reading has left a gap.
      return found.filter((job) => job !== undefined).map(viewOf);
    },
    async close() {
      await Promise.all(queues.map(({ queue }) => queue.close()));
    },
  };
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new QueueUnavailableError('the queues could not be read', { cause });
  }
}

function viewOf(job: BullJob): QueuedJob {
  const { mailboxId, gmailId } = job.data as Record<string, unknown>;
  return {
    id: job.id ?? '',
    mailboxId: typeof mailboxId === 'string' ? mailboxId : null,
    gmailId: typeof gmailId === 'string' ? gmailId : null,
    attempts: job.attemptsMade,
    lastError: job.failedReason ?? null,
    enqueuedAt: new Date(job.timestamp),
    dueAt: new Date(dueAt(job)),
    startedAt: job.processedOn === undefined ? null : new Date(job.processedOn),
    failedAt: job.finishedOn === undefined ? null : new Date(job.finishedOn),
  };
}
