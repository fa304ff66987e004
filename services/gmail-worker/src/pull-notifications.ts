// Gmail's notifications for an installation that Google cannot reach: pulled from a Pub/Sub subscription. Every worker
// that takes new mail pulls; Pub/Sub gives each message to one of them. Acknowledged only after Postgres remembers
// that there is news, so a process that dies with a message gets it again, or another does; twice changes nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '@finito/db';
import { parseNotification } from '@finito/gmail';
import { syncMailbox } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import type { Log, NotificationMetrics } from '@finito/service-kit';
import type { PubsubSubscription, PulledMessage } from './pubsub-subscription.ts';

interface PullNeeds {
  db: Pick<Db, 'due'>;
  jobs: Pick<Producer, 'enqueue'>;
  subscription: PubsubSubscription;
  notificationMetrics: NotificationMetrics;
  log: Log;
}

/** A server that does not hold an empty pull is not asked without pause. */
const emptyMs = 1_000;
const firstWaitMs = 1_000;
/** Mailboxes are polled all the while, so nothing is lost by waiting. */
const longestWaitMs = 30_000;

export function startPullingNotifications(needs: PullNeeds): { close(): Promise<void> } {
  const closing = new AbortController();
  const running = pullForEver(needs, closing.signal);
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function pullForEver(needs: PullNeeds, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let waitMs = 0;
    try {
      const startedAt = performance.now();
      const messages = await needs.subscription.pull(signal);
      await take(needs, messages, signal);
      failures = 0;
      if (messages.length === 0) waitMs = emptyMs - (performance.now() - startedAt);
    } catch (err) {
      if (signal.aborted) return;
      needs.log.warn({ err }, 'notifications could not be pulled');
      waitMs = Math.min(firstWaitMs * 2 ** failures, longestWaitMs) * (0.75 + Math.random() / 2);
      failures += 1;
    }
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

/** What was remembered is acknowledged, also when the database goes away half-way. */
async function take(needs: PullNeeds, messages: PulledMessage[], signal: AbortSignal): Promise<void> {
  const taken: string[] = [];
  try {
    for (const message of messages) {
      await remember(needs, message);
      taken.push(message.ackId);
    }
  } finally {
    await needs.subscription.acknowledge(taken, signal);
  }
}

async function remember(
  { db, jobs, notificationMetrics }: PullNeeds,
  { data, publishTime }: PulledMessage,
): Promise<void> {
  const notification = parseNotification(data);
  // Refused, it would come again for days; asking Gmail now and then finds what it meant.
  if (!notification) return notificationMetrics.told({ via: 'pull', outcome: 'unreadable' });
  const { outcome, looks } = await db.due.notify(notification.emailAddress, notification.historyId);
  // The queue may be away: the mailbox is due in Postgres, where the next sweep finds it.
  await Promise.all(
    looks.map(({ mailboxId, inMs }) =>
      jobs.enqueue(syncMailbox, { mailboxId }, { delayMs: inMs }).catch(() => undefined),
    ),
  );
  notificationMetrics.told({ via: 'pull', outcome, publishTime });
}
