import { z } from 'zod';

/**
 * The names that may stand in `operation`: those of the Gmail client's calls (libs/gmail/src/operations.ts, which a
 * test compares), and `other` for whatever else a client says.
 */
export const clientOperations = [
  'getProfile',
  'messages.list',
  'messages.get',
  'messages.attachments.get',
  'messages.modify',
  'messages.batchModify',
  'messages.trash',
  'messages.untrash',
  'messages.send',
  'threads.get',
  'history.list',
  'labels.list',
  'labels.get',
  'watch',
  'stop',
  'batch',
  'other',
] as const;

const known = new Set<string>(clientOperations);

/**
 * What a Gmail client (the page, or a program with the SDK) tells about its calls. The types and
 * fields are the seed's. Unknown fields are dropped, so that nothing private slips in and old and
 * new clients both work. No field carries free text: an operation that is not ours becomes `other` here, which is
 * before the queue, so a secret that stands in its place never reaches Redis.
 */
export const clientEvent = z.object({
  type: z.enum(['gmail_request', 'circuit_breaker', 'rate_limit', 'retry', 'error']),
  /** Milliseconds since 1970, by the client's clock. */
  timestamp: z.number().int().nonnegative().max(8.64e15),
  details: z
    .object({
      operation: z
        .string()
        .max(64)
        .overwrite((name) => (known.has(name) ? name : 'other'))
        .optional(),
      /** Milliseconds. */
      latency: z.number().nonnegative().max(3_600_000).optional(),
      retryCount: z.number().int().nonnegative().max(1_000).optional(),
      circuitBreakerState: z.enum(['open', 'half-open', 'closed']).optional(),
      queueSize: z.number().int().nonnegative().max(1_000_000).optional(),
    })
    .default({}),
});

export type ClientEvent = z.infer<typeof clientEvent>;

/** The seed's limit of events in a batch. */
export const maxClientEvents = 100;
