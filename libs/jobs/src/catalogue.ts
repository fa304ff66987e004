// Everything the system does in the background, on one screen.
//
// Terminology: a *job* is one unit of work of a kind; its *payload* says what it is about; a
// *producer* enqueues it, a *consumer* hands it to the *handler*. Delivery is at least once, so a
// handler may run twice for one payload. A job only says "look at this mailbox": what is to be done
// stands in Postgres (DESIGN §3.12). Fields are only ever added to payloads, as optional ones:
// libs/jobs/golden holds every form that was ever released, and each must parse for ever.
import { z } from 'zod';
import { clientEvent, maxClientEvents } from './client-event.ts';
import { countedBatches } from './counted-batch.ts';
import { defineJob } from './define-job.ts';

const mailbox = z.object({ mailboxId: z.string().regex(/^mb_[a-z0-9]{16}$/) });
const byMailbox = ({ mailboxId }: z.infer<typeof mailbox>) => mailboxId;

/** A delayed job that waits longer than a minute would only be older than what it was told. */
const longestDelayMs = 60_000;

/** Bring one mailbox in step: start its first sync, or apply what its history brought. */
export const syncMailbox = defineJob({
  name: 'sync-mailbox',
  payload: mailbox,
  lane: 'interactive',
  attempts: 5,
  backoffMs: 1_000,
  concurrency: 8,
  longestDelayMs,
  dedupeKey: byMailbox,
});

/** List and fetch one slice of what a mailbox still lacks. */
export const backfillMailbox = defineJob({
  name: 'backfill-mailbox',
  payload: mailbox,
  lane: 'bulk',
  attempts: 5,
  backoffMs: 1_000,
  concurrency: 4,
  longestDelayMs,
  dedupeKey: byMailbox,
});

/** Fetch the content of one message: a reader has opened it (the default), or will likely do so soon. */
export const fetchContent = defineJob({
  name: 'fetch-content',
  payload: mailbox.extend({
    gmailId: z.string().regex(/^[0-9a-f]{1,16}$/),
    reason: z.enum(['viewing', 'prefetch', 'rules', 'background']).optional(),
  }),
  lane: 'interactive',
  attempts: 3,
  backoffMs: 500,
  concurrency: 8,
  longestDelayMs,
  // A reader does not wait behind a guess about the same message.
  dedupeKey: ({ mailboxId, gmailId, reason = 'viewing' }) => `${mailboxId}_${gmailId}_${reason}`,
});

/** Tell Gmail what a reader changed: the mailbox's outbox, in order. */
export const pushChanges = defineJob({
  name: 'push-changes',
  payload: mailbox,
  lane: 'interactive',
  attempts: 5,
  backoffMs: 1_000,
  concurrency: 8,
  longestDelayMs,
  dedupeKey: byMailbox,
});

/** Delete all that is kept of a disconnected mailbox. */
export const eraseMailbox = defineJob({
  name: 'erase-mailbox',
  payload: mailbox,
  lane: 'bulk',
  attempts: 10,
  backoffMs: 5_000,
  concurrency: 1,
  dedupeKey: byMailbox,
});

/** Tell one webhook what is due. */
export const deliverWebhooks = defineJob({
  name: 'deliver-webhooks',
  payload: z.object({ webhookId: z.string().regex(/^wh_[a-z0-9]{16}$/) }),
  lane: 'interactive',
  attempts: 3,
  backoffMs: 1_000,
  concurrency: 4,
  dedupeKey: ({ webhookId }) => webhookId,
});

/** Add batches of client events to the hourly totals: counted ones, many at once, or one with its events. */
export const ingestClientEvents = defineJob({
  name: 'ingest-client-events',
  payload: z.union([
    countedBatches,
    z.object({
      batchId: z.string().min(1).max(64),
      receivedAt: z.number().int(),
      /** An anonymous, daily-salted hash; never an address or a token. */
      clientKey: z.string().max(64),
      events: z.array(clientEvent).max(maxClientEvents),
    }),
  ]),
  lane: 'telemetry',
  attempts: 5,
  backoffMs: 1_000,
  concurrency: 16,
  // 50 MB of the largest.
  maxWaiting: 2_000,
});

export const catalogue = [
  syncMailbox,
  backfillMailbox,
  fetchContent,
  pushChanges,
  eraseMailbox,
  deliverWebhooks,
  ingestClientEvents,
] as const;
