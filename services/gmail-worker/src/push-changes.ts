// The job `push-changes`: tells Gmail what readers of a mailbox changed, in order, from its outbox.
// Twice at once: the lease gives it to one. Twice, or after a death: what is settled is not told again,
// label changes may be told again without effect, and a message is looked up before it is sent again.
import { syncMailbox } from '@finito/jobs';
import type { Db } from '@finito/db';
import type { JobContext, JobResult, Producer } from '@finito/jobs';
import { pushLabels } from './push-labels.ts';
import { pushSends } from './push-sends.ts';
import { runSlice } from './slice.ts';
import type { SliceNeeds } from './slice.ts';

export interface PushNeeds extends SliceNeeds {
  db: SliceNeeds['db'] & Pick<Db, 'outboxWork'>;
}

/** Another slice of this mailbox is running: it ends after the step in hand. */
const busyMs = 100;

export function createPushChanges(needs: PushNeeds & { jobs: Pick<Producer, 'enqueue'> }) {
  return async ({ mailboxId }: { mailboxId: string }, { signal }: JobContext): Promise<JobResult> => {
    let sent = 0;
    const end = await runSlice(needs, { mailboxId, signal, urgency: 'insists' }, async (slice) => {
      const isTold = await pushLabels(needs, slice);
      sent = await pushSends(needs, slice);
      const dueInMs = isTold ? await needs.db.outboxWork.dueInMs(mailboxId) : 1;
      return dueInMs === undefined ? { kind: 'done' } : { kind: 'again', inMs: Math.max(1, dueInMs) };
    });
    // A message that was sent appears in SENT: its sender waits for it.
    if (sent > 0) await needs.jobs.enqueue(syncMailbox, { mailboxId });
    if (end.kind === 'busy') return { againInMs: busyMs };
    return end.kind === 'again' ? { againInMs: end.inMs } : undefined;
  };
}
