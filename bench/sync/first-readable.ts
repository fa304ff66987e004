import { until } from '@finito/testing';
import type { Gmail } from '../kit/gmail.ts';
import { patienceMs } from '../kit/patience.ts';
import type { World } from '../kit/world.ts';

/** Ids of the newest messages of the mailbox. */
export async function newest(gmail: Gmail, email: string, count: number): Promise<string[]> {
  const truth = await gmail.truth(email);
  return truth
    .sort((left, right) => right.internalDate - left.internalDate)
    .slice(0, count)
    .map(({ gmailId }) => gmailId);
}

/** Milliseconds from `began` until all of these messages are rows. */
export async function firstReadable(
  world: World,
  mailboxId: string,
  ids: string[],
  began: number,
): Promise<number> {
  await until(
    async () => {
      const { rows } = await world.pool.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM emails WHERE mailbox_id = $1 AND gmail_id = ANY($2)',
        [mailboxId, ids],
      );
      return rows[0]!.count === ids.length;
    },
    { timeoutMs: patienceMs, everyMs: 20, message: 'the newest messages' },
  );
  return performance.now() - began;
}
