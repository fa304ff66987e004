// Redis may forget every job (DESIGN §3.1). Each worker asks Postgres every few seconds which mailboxes will be due
// until it asks again, have a backlog that nobody works on, or changes to tell, and which webhooks are to hear of
// something, and enqueues them; deduplication makes a job that is still there one job. Twice at once: `claimDue` gives a
// mailbox to one caller.
import type { Db } from '@finito/db';
import { backfillMailbox, deliverWebhooks, pushChanges, syncMailbox } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import type { Log } from '@finito/service-kit';
import type { ContentGmail } from './content-gmail.ts';

export interface Rearm {
  close(): Promise<void>;
}

const everyMs = 2_000;
const idleMs = 6_000;
const limit = 200;
/** A due mailbox that no worker has looked at comes up again after this time. */
const graceMs = 30_000;
/** Whoever made a change enqueued it as well; this is for what was lost. */
const unpushedMs = 3_000;
/** Told changes are kept this long for whoever asks what became of them. */
const keptMs = 7 * 24 * 3_600_000;
const pruneEveryMs = 600_000;

export function startRearming({
  db,
  jobs,
  log,
  contentGmail,
}: {
  db: Pick<Db, 'contents' | 'due' | 'outboxWork' | 'webhookWork'>;
  jobs: Producer;
  log: Log;
  contentGmail: Pick<ContentGmail, 'openForMs'>;
}): Rearm {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  const look = () => {
    if (isBusy) return;
    isBusy = true;
    running = rearm({ db, jobs })
      .catch((err: unknown) => log.warn({ err }, 'mailboxes could not be rearmed'))
      .finally(() => (isBusy = false));
  };
  look();
  const timer = setInterval(look, everyMs);
  const pruning = setInterval(() => {
    for (const work of [db.outboxWork, db.webhookWork]) {
      work.prune(keptMs).catch((err: unknown) => log.warn({ err }, 'what was told could not be pruned'));
    }
    // Old content is better than none: while Gmail is out, nothing is thrown away that could not be fetched again.
    if (contentGmail.openForMs() > 0) return;
    db.contents.prune().catch((err: unknown) => log.warn({ err }, 'content could not be pruned'));
  }, pruneEveryMs);
  return {
    async close() {
      clearInterval(timer);
      clearInterval(pruning);
      await running;
    },
  };
}

export async function rearm({
  db,
  jobs,
}: {
  db: Pick<Db, 'due' | 'outboxWork' | 'webhookWork'>;
  jobs: Pick<Producer, 'enqueue'>;
}): Promise<void> {
  const [due, idle, unpushed, untold] = await Promise.all([
    db.due.claimDue({ limit, aheadMs: everyMs, graceMs }),
    db.due.idleBacklogs(limit, idleMs),
    db.outboxWork.overdue(limit, unpushedMs),
    db.webhookWork.due(limit),
  ]);
  await Promise.all([
    ...due.map(({ mailboxId, inMs }) => jobs.enqueue(syncMailbox, { mailboxId }, { delayMs: inMs })),
    ...idle.map((mailboxId) => jobs.enqueue(backfillMailbox, { mailboxId })),
    ...unpushed.map((mailboxId) => jobs.enqueue(pushChanges, { mailboxId })),
    ...untold.map((webhookId) => jobs.enqueue(deliverWebhooks, { webhookId })),
  ]);
}
