// Which job is handled by what. A worker of one lane takes that lane's jobs; `all` takes both.
import type { Db } from '@finito/db';
import {
  backfillMailbox,
  createConsumer,
  deliverWebhooks,
  eraseMailbox,
  fetchContent,
  pushChanges,
  syncMailbox,
} from '@finito/jobs';
import type { Consumer, Job, JobOutcome, Lane, Producer } from '@finito/jobs';
import { inSpan } from '@finito/service-kit';
import type { JobMetrics, Log, Tracing } from '@finito/service-kit';
import { createBackfillMailbox } from './backfill-mailbox.ts';
import { createDeliverWebhooks } from './deliver-webhooks.ts';
import type { DeliverNeeds } from './deliver-webhooks.ts';
import { createEraseMailbox } from './erase-mailbox.ts';
import { createFetchContent } from './fetch-content.ts';
import type { FetchContentNeeds } from './fetch-content.ts';
import { createPushChanges } from './push-changes.ts';
import { startRearming } from './rearm-mailboxes.ts';
import type { SliceNeeds } from './slice.ts';
import { createSyncMailbox } from './sync-mailbox.ts';
import type { SyncOptions } from './sync-mailbox.ts';
import { startWaking } from './wake-after-outage.ts';
import type { WakeNeeds } from './wake-after-outage.ts';

export interface WorkerNeeds extends SliceNeeds, Pick<FetchContentNeeds, 'contentGmail' | 'singleFlight'> {
  db: Db;
  jobs: Producer;
  breakers: WakeNeeds['breakers'];
  webhooks: DeliverNeeds['webhooks'];
  /** A connection of the role `worker` for each call. */
  connect: () => Parameters<typeof createConsumer>[2]['redis'];
  log: Log;
  tracing: Tracing;
  jobMetrics: JobMetrics;
}

export interface GmailWorker {
  /** True while every consumer takes jobs. */
  isRunning(): boolean;
  close(): Promise<void>;
}

export function createGmailWorker(
  needs: WorkerNeeds,
  { lane, ...options }: SyncOptions & { lane: Exclude<Lane, 'telemetry'> | 'all' },
): GmailWorker {
  const { log, tracing, jobMetrics } = needs;
  const consumers: Consumer[] = [];

  function onOutcome({ error, ...run }: JobOutcome): void {
    jobMetrics.observe(run);
    if (run.outcome === 'failed' || run.outcome === 'retry') log.warn({ ...run, err: error }, 'job failed');
    else log.debug(run, 'job ended');
  }
  function handle<J extends Job>(job: J, handler: Parameters<typeof createConsumer<J>>[1]): void {
    if (lane !== 'all' && lane !== job.lane) return;
    consumers.push(
      createConsumer(job, handler, {
        redis: needs.connect(),
        onOutcome,
        inSpan: (traceparent, work) =>
          inSpan(tracing, `job ${job.name}`, { kind: 'consumer', traceparent }, work),
      }),
    );
  }

  handle(syncMailbox, createSyncMailbox(needs, options));
  handle(backfillMailbox, createBackfillMailbox(needs, options));
  handle(fetchContent, createFetchContent(needs, options));
  handle(pushChanges, createPushChanges(needs));
  handle(eraseMailbox, createEraseMailbox(needs));
  handle(deliverWebhooks, createDeliverWebhooks(needs));
  const rearming = startRearming(needs);
  const waking = startWaking(needs);

  return {
    isRunning: () => consumers.every((consumer) => consumer.isRunning()),
    async close() {
      // Together: while Postgres hangs, the one would keep the others taking jobs.
      await Promise.all([rearming, waking, ...consumers].map((each) => each.close()));
    },
  };
}
