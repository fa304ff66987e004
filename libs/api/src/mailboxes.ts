import { z } from 'zod';
import { mailboxId, messageId } from './ids.ts';
import { listOf, moment } from './text.ts';

/** `resyncing`: Gmail forgot the history we stood at. `reauth`: its owner must connect it again. */
export const mailboxState = z.enum(['syncing', 'live', 'resyncing', 'reauth']);

/** Why nothing is being fetched now. */
export const waitReason = z.enum(['quota', 'cooldown', 'breaker', 'paused', 'reauth', 'backlog']);

/** Always `listed = stored + gone + failed + pending`. */
export const mailboxProgress = z.object({
  state: mailboxState,
  listed: z.number().int(),
  stored: z.number().int(),
  gone: z.number().int(),
  failed: z.number().int(),
  pending: z.number().int(),
  /** Messages a minute, from what was stored lately; 0 when nothing moves. */
  ratePerMinute: z.number(),
  /** Seconds until `pending` is 0 at that rate; null when it cannot be said. */
  etaSeconds: z.number().int().nullable(),
  waiting: z.object({ reason: waitReason, until: moment.nullable() }).nullable(),
});

export const mailbox = z.object({
  id: mailboxId,
  emailAddress: z.string(),
  state: mailboxState,
  paused: z.boolean(),
  createdAt: moment,
  lastSyncedAt: moment.nullable(),
  progress: mailboxProgress,
});

/** `after`: the last message of an export that was cut, by its `X-Finito-Id`. */
export const exportQuery = z.strictObject({
  after: messageId.optional(),
  /** What is stored so far will do. */
  partial: z.literal('1').optional(),
});

export const mailboxList = listOf(mailbox);

/** How one mailbox stands with Gmail. */
export const syncStatus = z.object({
  mailboxId,
  paused: z.boolean(),
  lastSyncedAt: moment.nullable(),
  /** When a worker will look at it next, if nothing calls it earlier. */
  nextSyncAt: moment.nullable(),
  progress: mailboxProgress,
});

export const syncStatusList = listOf(syncStatus);

export type MailboxProgress = z.infer<typeof mailboxProgress>;
export type Mailbox = z.infer<typeof mailbox>;
export type SyncStatus = z.infer<typeof syncStatus>;
