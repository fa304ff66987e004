import { z } from 'zod';
import { listOf, moment } from './text.ts';

export const queueName = z.string().regex(/^[a-z-]{1,40}$/);

export const queue = z.object({
  /** That of its job. */
  name: z.string(),
  /** Which deployment works on it. */
  lane: z.enum(['interactive', 'bulk', 'telemetry']),
  /** Due and not begun. */
  waiting: z.number().int(),
  active: z.number().int(),
  /** Due later. */
  delayed: z.number().int(),
  failed: z.number().int(),
  /** How long the job that waits longest has been due. */
  oldestAgeSeconds: z.number(),
});

/** Of the failed jobs the last are told, of the others those whose turn is next. */
export const queueJobsQuery = z.strictObject({
  state: z.enum(['waiting', 'active', 'delayed', 'failed']).default('failed'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** A job tells of its payload only what it is about. */
export const queuedJob = z.object({
  id: z.string(),
  mailboxId: z.string().nullable(),
  gmailId: z.string().nullable(),
  attempts: z.number().int(),
  /** The name of an error, never its text. */
  lastError: z.string().nullable(),
  enqueuedAt: moment,
  dueAt: moment,
  startedAt: moment.nullable(),
  failedAt: moment.nullable(),
});

export const queueList = listOf(queue);
export const queuedJobList = listOf(queuedJob);
