import { z } from 'zod';
import { moment } from './text.ts';

const healthStatus = z.enum(['healthy', 'degraded', 'unhealthy']);

/** The report for load balancers and monitoring. */
export const healthReport = z.object({
  status: healthStatus,
  timestamp: moment,
  checks: z.array(
    z.object({
      service: z.string(),
      status: healthStatus,
      /** Milliseconds. */
      latency: z.number(),
      message: z.string().optional(),
    }),
  ),
  /** Seconds. */
  uptime: z.number(),
  version: z.string(),
});

/** Most events in one batch. */
export const maxClientEvents = 100;

/** What a Gmail client tells about its calls. Unknown fields are dropped, so that nothing private slips in. */
export const clientEvent = z.object({
  type: z.enum(['gmail_request', 'circuit_breaker', 'rate_limit', 'retry', 'error']),
  /** Milliseconds since 1970, by the client's clock. */
  timestamp: z.number().int().nonnegative().max(8.64e15),
  details: z
    .object({
      operation: z.string().max(64).optional(),
      latency: z.number().nonnegative().max(3_600_000).optional(),
      retryCount: z.number().int().nonnegative().max(1_000).optional(),
      circuitBreakerState: z.enum(['open', 'half-open', 'closed']).optional(),
      queueSize: z.number().int().nonnegative().max(1_000_000).optional(),
    })
    .default({}),
});

export const clientEventsBody = z.object({
  /** Chosen by the client at random; it is hashed with a salt of the day and never kept. */
  sessionId: z.string().max(64).optional(),
  /** Chosen by the client: a batch that is sent again under the same one counts once. */
  batchId: z.string().max(64).optional(),
  /** When the client sent it, in milliseconds since 1970 by its own clock, which is put right by it. */
  sentAt: z.number().int().nonnegative().max(8.64e15).optional(),
  /** Each is a `ClientEvent`, and read by itself: the answer tells which were refused. */
  events: z.array(z.unknown()).min(1).max(maxClientEvents),
});

export const clientEventsReceipt = z.object({
  /** Events that will be counted; fewer than were sent also when the queue was away, and then they are lost. */
  accepted: z.number().int(),
  /** Events that are not as they should be: their place in the batch, and the field at fault. */
  refused: z.array(z.object({ index: z.number().int(), field: z.string() })),
  /** Fields that nobody knows; they were not read. */
  droppedFields: z.number().int(),
});
export const clientEventsQuery = z.object({ admin: z.literal('true', 'must be true') });

const blocked = z.string().max(200);
/** Both forms that browsers send; of either only the directive is read. */
export const cspReportBody = z.union([
  z.object({
    'csp-report': z.object({
      'effective-directive': blocked.optional(),
      'violated-directive': blocked.optional(),
    }),
  }),
  z.array(z.object({ body: z.object({ effectiveDirective: blocked.optional() }).optional() })).max(20),
]);

/**
 * What Pub/Sub pushes. `data` is base64 of what Gmail tells: an address and a history id. Of the other fields none is
 * needed; Google may add more.
 */
export const pushBody = z.object({
  message: z.object({ data: z.string().max(4_096), publishTime: z.string().max(64).optional() }),
  subscription: z.string().max(1_024).optional(),
});

/** Totals by the hour, newest last. */
export const clientEventsSummary = z.object({
  metrics: z.array(
    z.looseObject({
      hour: z.string(),
      totalEvents: z.number(),
      errorEvents: z.number(),
      retryEvents: z.number(),
      circuitBreakerTrips: z.number(),
      eventsByType: z.record(z.string(), z.number()),
      errorsByOperation: z.record(z.string(), z.number()),
      /** Events that told a latency; an average over hours weighs by it. */
      latencyCount: z.number(),
      /** Milliseconds; 0 when no event told one. */
      averageLatency: z.number(),
      latencyQuantiles: z.object({ p50: z.number(), p90: z.number(), p99: z.number() }),
      uniqueSessions: z.number(),
    }),
  ),
  summary: z.looseObject({
    totalHours: z.number(),
    totalEvents: z.number(),
    totalErrors: z.number(),
    averageLatency: z.number(),
  }),
});

export type HealthReport = z.infer<typeof healthReport>;
export type HealthStatus = z.infer<typeof healthStatus>;
export type ClientEvent = z.infer<typeof clientEvent>;
export type ClientEventsSummary = z.infer<typeof clientEventsSummary>;
