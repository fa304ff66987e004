import { z } from 'zod';
import { mailboxId } from './ids.ts';
import { moment } from './text.ts';

/** What an operator has said of all mailboxes. */
export const fleetState = z.object({
  /** Null while syncing is not paused. */
  pausedSince: moment.nullable(),
});

/** A mailbox's share when many want more than there is: of the project's quota, and of the workers' time up to 4. */
export const weightBody = z.strictObject({
  mailboxId,
  weight: z.int().min(1).max(10),
});
