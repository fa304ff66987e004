// What waits in every queue, for autoscaling and alerts. Telemetry alone exports it, looks at it on an interval, so
// that scrapes cost Redis nothing, and shows nothing rather than something old when Redis does not answer in time.
import { setTimeout as wait } from 'node:timers/promises';
import { catalogue } from '@finito/jobs';
import type { Producer, QueueCounts } from '@finito/jobs';
import type { TelemetryMetrics } from './metrics.ts';

const deadlineMs = 2_000;

export function startQueueMetrics({
  jobs,
  metrics,
  everyMs,
}: {
  jobs: Pick<Producer, 'counts'>;
  metrics: Pick<TelemetryMetrics, 'queues'>;
  everyMs: number;
}): { close(): void } {
  let isBusy = false;
  const look = async () => {
    if (isBusy) return;
    isBusy = true;
    const counts = await Promise.race([
      countsOf(jobs).catch(() => undefined),
      wait(deadlineMs, undefined, { ref: false }),
    ]);
    metrics.queues(counts);
    isBusy = false;
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  return { close: () => clearInterval(timer) };
}

async function countsOf(jobs: Pick<Producer, 'counts'>): Promise<Map<string, QueueCounts>> {
  return new Map(
    await Promise.all(catalogue.map(async (job) => [job.name, await jobs.counts(job)] as const)),
  );
}
