import { z } from 'zod';

/**
 * What a Gmail client (the page, or a program with the SDK) tells about its calls. The types and
 * fields are the seed's. Unknown fields are dropped, so that nothing private slips in and old and
 * new clients both work; there is no field that carries free text.
 */
export const clientEvent = z.object({
  type: z.enum(['gmail_request', 'circuit_breaker', 'rate_limit', 'retry', 'error']),
  /** Milliseconds since 1970, by the client's clock. */
  timestamp: z.number().int().nonnegative().max(8.64e15),
  details: z.object({
    operation: z.string().max(64).optional(),
    latency: z.number().nonnegative().max(3_600_000).optional(),
    retryCount: z.number().int().nonnegative().max(1_000).optional(),
    circuitBreakerState: z.enum(['open', 'half-open', 'closed']).optional(),
    queueSize: z.number().int().nonnegative().max(1_000_000).optional(),
  }),
});

export type ClientEvent = z.infer<typeof clientEvent>;

/** The seed's limit of events in a batch. */
export const maxClientEvents = 100;
