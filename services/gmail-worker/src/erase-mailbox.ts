// The job `erase-mailbox`: deletes a disconnected mailbox in batches. Run twice, or again after a
// death half-way, it deletes what is left; a mailbox that is gone already is done.
import type { Db } from '@finito/db';

export function createEraseMailbox({ db }: { db: Pick<Db, 'mailboxes'> }) {
  return async ({ mailboxId }: { mailboxId: string }): Promise<void> => db.mailboxes.erase(mailboxId);
}
