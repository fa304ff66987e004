import { z } from 'zod';
import { moment } from './text.ts';

/** A class of Gmail's operations, whose calls fail together. */
export const breakerName = z.string().regex(/^[a-z]{1,20}$/);

export const breaker = z.object({
  name: z.string(),
  /** Of the whole fleet. */
  state: z.enum(['closed', 'half-open', 'open']),
  /** Opened by an operator. */
  forced: z.boolean(),
  /** Null while closed. */
  since: moment.nullable(),
  /** When a call may try whether Gmail is back; null unless open. */
  until: moment.nullable(),
  /** Processes that called lately, and those whose own breaker has tripped while the others' have not. */
  processes: z.number().int(),
  tripped: z.number().int(),
});

export const breakerList = z.object({ items: z.array(breaker), nextCursor: z.string().nullable() });

export const forceOpenBody = z.strictObject({
  /** After this a call tries whether Gmail is back. At most a day. */
  forSeconds: z.number().int().min(1).max(86_400).default(300),
});

export type Breaker = z.infer<typeof breaker>;
