import type { QueueView } from '@finito/jobs';
import { NotFoundError } from '../errors.ts';
import type { Handlers } from '../handler.ts';

export interface QueueNeeds {
  queues: Pick<QueueView, 'list' | 'jobs'>;
}

/** What the queues hold. Nothing here changes them (docs/adr/0013). */
export function queueRoutes({ queues }: QueueNeeds): Pick<Handlers, 'listQueues' | 'listQueuedJobs'> {
  return {
    listQueues: async () => ({ items: await queues.list(), nextCursor: null }),
    async listQueuedJobs({ params: { name }, query: { state, limit } }) {
      const jobs = await queues.jobs(name, state, limit);
      if (!jobs) throw new NotFoundError('no such queue');
      const items = jobs.map((job) => ({
        ...job,
        enqueuedAt: job.enqueuedAt.toISOString(),
        dueAt: job.dueAt.toISOString(),
        startedAt: job.startedAt?.toISOString() ?? null,
        failedAt: job.failedAt?.toISOString() ?? null,
      }));
      return { items, nextCursor: null };
    },
  };
}
