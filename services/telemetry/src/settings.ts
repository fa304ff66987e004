import { commonSettings, env } from '@finito/service-kit';
import { z } from 'zod';

export const settingsSchema = z.object({
  ...commonSettings,
  /** How long an hour's totals are kept; a day at least, for events may be as old as that when they come. */
  CLIENT_EVENTS_RETENTION_HOURS: env.integer({ default: 24, min: 24, max: 168 }),
  /** Errors among the events of a batch or an hour from which on they are an anomaly: 0.1 is 10 %. */
  CLIENT_EVENTS_ERROR_RATE: env.number({ default: 0.1, min: 0.001, max: 1 }),
  /** Fewer events than this tell nothing about a rate. */
  CLIENT_EVENTS_MIN_COUNT: env.integer({ default: 20, min: 1, max: 1_000_000 }),
  /** Breakers opened in one batch from which on they are an anomaly. */
  CLIENT_EVENTS_BREAKER_TRIPS: env.integer({ default: 3, min: 1, max: 100 }),
  /** How often totals go from Redis to Postgres: what a Redis that is flushed may lose. */
  CLIENT_EVENTS_SNAPSHOT_SECONDS: env.integer({ default: 5, min: 1, max: 300 }),
  QUEUE_METRICS_SECONDS: env.integer({ default: 5, min: 1, max: 300 }),
});
