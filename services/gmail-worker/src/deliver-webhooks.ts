// The job `deliver-webhooks`: tells one webhook what is due, a few events at once, oldest first. Interactive lane.
//
// Twice at once: a delivery is claimed by one. Dying half-way: a claim lapses after `holdMs` and the event is sent
// again, under the same event id, by which its receiver knows it. What is due stands in Postgres; the sweeper enqueues.
import type { Db, DeliveryOutcome, DueDelivery } from '@finito/db';
import type { JobContext, JobResult } from '@finito/jobs';
import type { WorkerMetrics } from './metrics.ts';
import { AddressRefusedError } from './public-addresses.ts';
import type { WebhookSender } from './webhook-sender.ts';

export interface DeliverNeeds {
  db: Pick<Db, 'webhookWork'>;
  webhooks: Pick<WebhookSender, 'send'>;
  metrics: Pick<WorkerMetrics, 'webhookSent'>;
}

const atOnce = 5;
/** A round is over by then, or its process is dead. */
const holdMs = 30_000;
const roundsMs = 5_000;
/** An event is tried for a day; a webhook that took none for three days is disabled. */
const patience = { eventMs: 24 * 3_600_000, webhookMs: 72 * 3_600_000 };
const firstWaitMs = 5_000;
const longestWaitMs = 4 * 3_600_000;

export function createDeliverWebhooks({ db, webhooks, metrics }: DeliverNeeds) {
  return async ({ webhookId }: { webhookId: string }, { signal }: JobContext): Promise<JobResult> => {
    const startedAt = performance.now();
    while (!signal.aborted && performance.now() - startedAt < roundsMs) {
      const batch = await db.webhookWork.claim(webhookId, atOnce, holdMs);
      if (!batch) return undefined;
      const { url, secret, deliveries } = batch;
      const outcomes = await Promise.all(
        deliveries.map(async (delivery) => {
          const message = { url, secret, eventId: delivery.eventId, body: bodyOf(delivery) };
          return outcomeOf(
            delivery,
            await webhooks.send(message, signal).catch((error: unknown) => faultOf(error)),
          );
        }),
      );
      if (signal.aborted) return undefined;
      await db.webhookWork.settle(webhookId, outcomes, patience);
      for (const { error } of outcomes) metrics.webhookSent(error === null ? 'delivered' : 'refused');
      if (outcomes.some(({ status }) => status === gone)) return db.webhookWork.disable(webhookId);
    }
    return { againInMs: 1 };
  };
}

/** The receiver's way to say that it wants no more (Standard Webhooks). */
const gone = 410;

function bodyOf({ type, createdAt, payload }: DueDelivery): string {
  return JSON.stringify({ type, timestamp: createdAt.toISOString(), data: payload });
}

function outcomeOf({ id, attempts }: DueDelivery, answer: number | string): DeliveryOutcome {
  const status = typeof answer === 'number' ? answer : null;
  const isTaken = status !== null && status >= 200 && status < 300;
  const againInMs = Math.min(firstWaitMs * 4 ** (attempts - 1), longestWaitMs) * (0.8 + Math.random() * 0.4);
  return { id, status, error: isTaken ? null : status === null ? String(answer) : 'status', againInMs };
}

/** A name from a closed set: what a socket says may name hosts. */
function faultOf(error: unknown): string {
  if (error instanceof AddressRefusedError) return 'address-refused';
  const { name = '', code = '' } = error as { name?: string; code?: string };
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT') return 'timeout';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name-unknown';
  return /CERT|SSL|TLS|SELF_SIGNED|ALTNAME/.test(code) ? 'certificate' : 'unreachable';
}
