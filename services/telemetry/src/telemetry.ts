// The parts of the service and the order in which they stop: first no new batch, then the last snapshot.
import type { Db } from '@finito/db';
import { createConsumer, ingestClientEvents } from '@finito/jobs';
import type { JobOutcome, Producer } from '@finito/jobs';
import type { JobMetrics, Log } from '@finito/service-kit';
import type { Redis } from 'ioredis';
import { createAnomalies } from './anomalies.ts';
import type { Thresholds } from './anomalies.ts';
import { createHourlyTotals } from './hourly-totals.ts';
import { createIngestClientEvents } from './ingest-client-events.ts';
import type { TelemetryMetrics } from './metrics.ts';
import { startQueueMetrics } from './queue-metrics.ts';
import { startRedisMetrics } from './redis-metrics.ts';
import { startSnapshots } from './snapshot-totals.ts';

export interface TelemetryNeeds {
  db: Pick<Db, 'clientEventHours'>;
  jobs: Pick<Producer, 'counts'>;
  /** Of the role `producer`: each command has a deadline. */
  redis: Redis;
  /** Of the role `worker`, and nobody else's. */
  workerRedis: Redis;
  metrics: TelemetryMetrics;
  jobMetrics: JobMetrics;
  log: Log;
}

export interface TelemetryOptions {
  thresholds: Thresholds;
  retentionHours: number;
  snapshotMs: number;
  queueMetricsMs: number;
}

export interface Telemetry {
  /** True while it takes batches. */
  isRunning(): boolean;
  close(): Promise<void>;
}

/** A batch takes milliseconds: what is in hand longer waits for a Redis that is away, and comes again. */
const graceMs = 2_000;

export function createTelemetry(needs: TelemetryNeeds, options: TelemetryOptions): Telemetry {
  const { db, jobs, redis, workerRedis, metrics, jobMetrics, log } = needs;
  const { thresholds, retentionHours, snapshotMs, queueMetricsMs } = options;
  const anomalies = createAnomalies({ thresholds, metrics, log });

  function onOutcome({ error, ...run }: JobOutcome): void {
    jobMetrics.observe(run);
    if (run.outcome === 'failed' || run.outcome === 'retry') log.warn({ ...run, err: error }, 'job failed');
  }
  const queueMetrics = startQueueMetrics({ jobs, metrics, everyMs: queueMetricsMs });
  const redisMetrics = startRedisMetrics({ redis, metrics, everyMs: queueMetricsMs });
  const snapshots = startSnapshots({
    ...{ db, anomalies, metrics, log, retentionHours },
    totals: createHourlyTotals({ redis, retentionHours }),
    everyMs: snapshotMs,
  });
  const consumer = createConsumer(
    ingestClientEvents,
    createIngestClientEvents({
      // Without a deadline on the command: a batch whose outcome is unknown would miss in this process' counters.
      totals: createHourlyTotals({ redis: workerRedis, retentionHours }),
      ...{ metrics, anomalies, retentionHours },
    }),
    { redis: workerRedis, onOutcome },
  );

  return {
    isRunning: () => consumer.isRunning(),
    async close() {
      queueMetrics.close();
      redisMetrics.close();
      await consumer.close(graceMs);
      await snapshots.close();
    },
  };
}
