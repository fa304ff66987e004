// Mailboxes that wait for Gmail wait longer each time, up to half a minute. When a breaker closes they are woken a few at
// a time, those with a backlog first: so many calls at once as Gmail can take, and calls of every kind, whose breakers
// close as well. Each closing wakes a mailbox once. Twice at once: a mailbox's wait is ended by one worker. Dying half-way:
// the sweeper brings whoever was not enqueued, and the others wake by themselves.
import type { Db } from '@finito/db';
import { backfillMailbox, syncMailbox } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import type { FleetBreaker } from '@finito/quota';
import type { Log } from '@finito/service-kit';

export interface WakeNeeds {
  db: Pick<Db, 'due'>;
  jobs: Pick<Producer, 'enqueue'>;
  breakers: Pick<FleetBreaker, 'listen'>;
  log: Log;
}

/** Of one worker: 25 mailboxes a second. */
const limit = 5;
const everyMs = 200;
/** As long as a mailbox waits at most: by then it comes by itself. */
const longestMs = 30_000;

export function startWaking({ db, jobs, breakers, log }: WakeNeeds): { close(): Promise<void> } {
  const woken = new Set<string>();
  let waking: NodeJS.Timeout | undefined;
  let endsAt = 0;
  let isBusy = false;
  let running: Promise<void> = Promise.resolve();
  const stop = () => {
    clearInterval(waking);
    waking = undefined;
  };

  async function wake(): Promise<void> {
    const found = await db.due.endOutageWaits(limit, [...woken]);
    for (const { id: mailboxId, hasBacklog } of found) {
      woken.add(mailboxId);
      await jobs.enqueue(syncMailbox, { mailboxId });
      if (hasBacklog) await jobs.enqueue(backfillMailbox, { mailboxId });
    }
    if (found.length === 0 || Date.now() > endsAt) stop();
  }

  breakers.listen((_name, state) => {
    if (state === 'open') stop();
    if (state !== 'closed') return;
    woken.clear();
    endsAt = Date.now() + longestMs;
    waking ??= setInterval(() => {
      if (isBusy) return;
      isBusy = true;
      running = wake()
        .catch((err: unknown) => log.warn({ err }, 'mailboxes could not be woken after an outage'))
        .finally(() => (isBusy = false));
    }, everyMs);
  });

  return {
    async close() {
      stop();
      await running;
    },
  };
}
