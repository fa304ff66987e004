import type { Job as BullJob } from 'bullmq';

/**
 * When a job was last due to run, in ms since 1970. BullMQ remembers only when it was first enqueued; one that came
 * back would seem to have waited all along, so its return is noted where BullMQ keeps a job's progress.
 */
export function dueAt({
  timestamp,
  opts,
  progress,
}: Pick<BullJob, 'timestamp' | 'opts' | 'progress'>): number {
  return Math.max(timestamp + (opts.delay ?? 0), typeof progress === 'number' ? progress : 0);
}

export async function noteDueAt(job: Pick<BullJob, 'updateProgress'>, dueAtMs: number): Promise<void> {
  // Only a metric is poorer without it.
  await job.updateProgress(dueAtMs).catch(() => undefined);
}
