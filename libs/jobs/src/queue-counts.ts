import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { dueAt } from './due-at.ts';

export interface QueueCounts {
  /** Due and not begun. */
  waiting: number;
  active: number;
  /** Due later. */
  delayed: number;
  failed: number;
  /** How long the job that waits longest has been due; 0 when none waits. */
  oldestAgeSeconds: number;
}

/**
 * What a queue holds. BullMQ moves a delayed job that has become due only when a worker asks for work, so while all
 * are busy the delayed ones that are due count as waiting here: they are what more workers are wanted for.
 */
export async function queueCounts(redis: Redis, queue: Queue): Promise<QueueCounts> {
  const now = Date.now();
  const delayedKey = queue.toKey('delayed');
  const [counts, overdue, [firstWaiting], firstDelayed] = await Promise.all([
    queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
    redis.zcount(delayedKey, 0, now * scorePerMs),
    queue.getWaiting(0, 0),
    redis.zrange(delayedKey, '0', '0', 'WITHSCORES'),
  ]);
  const since = Math.min(
    firstWaiting ? dueAt(firstWaiting) : now,
    firstDelayed[1] ? Number(firstDelayed[1]) / scorePerMs : now,
  );
  return {
    waiting: (counts['waiting'] ?? 0) + overdue,
    active: counts['active'] ?? 0,
    delayed: Math.max(0, (counts['delayed'] ?? 0) - overdue),
    failed: counts['failed'] ?? 0,
    oldestAgeSeconds: Math.max(0, (now - since) / 1_000),
  };
}

/** BullMQ's scores are times in ms with twelve bits for the order within one. */
const scorePerMs = 0x1000;
