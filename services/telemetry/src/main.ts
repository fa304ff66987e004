import { createDb } from '@finito/db';
import { createProducer } from '@finito/jobs';
import { createRedis, jobMetrics, poolMetrics, runService } from '@finito/service-kit';
import { telemetryMetrics } from './metrics.ts';
import { settingsSchema } from './settings.ts';
import { createTelemetry } from './telemetry.ts';

await runService('telemetry', settingsSchema, async ({ settings, log, registry, health, defer }) => {
  const redisOf = (role: 'producer' | 'worker') =>
    defer(createRedis(settings, { role, log }), (redis) => redis.disconnect(), { label: 'redis' });
  const db = defer(
    createDb({
      url: settings.databaseUrl,
      maxConnections: settings.databaseMaxConnections ?? 2,
      statementTimeoutMs: 2_000,
    }),
    (opened) => opened.close(),
    { label: 'database', timeoutMs: 2_000 },
  );
  poolMetrics(registry, db.poolState);
  const redis = redisOf('producer');
  health.check('database', db.ping).check('redis', () => redis.ping());

  const telemetry = defer(
    createTelemetry(
      {
        ...{ db, redis, log },
        workerRedis: redisOf('worker'),
        jobs: defer(createProducer({ redis }), (producer) => producer.close(), { label: 'producer' }),
        metrics: telemetryMetrics(registry),
        jobMetrics: jobMetrics(registry),
      },
      {
        thresholds: {
          errorRate: settings.clientEventsErrorRate,
          minCount: settings.clientEventsMinCount,
          breakerTrips: settings.clientEventsBreakerTrips,
        },
        retentionHours: settings.clientEventsRetentionHours,
        snapshotMs: settings.clientEventsSnapshotSeconds * 1_000,
        queueMetricsMs: settings.queueMetricsSeconds * 1_000,
      },
    ),
    (running) => running.close(),
    { label: 'batches in hand', timeoutMs: 5_500 },
  );
  // A consumer that has stopped does not come back by itself: only a restart helps.
  health.check('jobs', () => telemetry.isRunning(), { of: 'live' });
});
