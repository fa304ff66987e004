// Bringing a mailbox in step, against the loop that most people would write: the share of Google's quota that is
// used, refusals, units and CPU a message, and when the first messages can be read.
import { sampleMail, wholeMail } from './kit/mail.ts';
import type { Kit, Result, Row } from './kit/program.ts';
import { costRows } from './sync/cost.ts';
import { naiveQuotaRows, quotaRows } from './sync/quota-share.ts';

export const options = {
  /** Of the mailbox that is synced under quota. */
  messages: 2_000,
  /** Quota minutes pass that many times faster. */
  'time-factor': 10,
  /** Of each kind of sync with quota lifted, in turns. */
  rounds: 3,
  /** The most processes that share a user's quota. */
  processes: 4,
};

export async function benchSync(kit: Kit): Promise<Result> {
  const small = sampleMail(kit.options['messages']!);
  const counts = [1, kit.options['processes']!];
  const rows: Row[] = [];
  for (const count of counts) rows.push(...(await quotaRows(kit, small, count)));
  for (const count of counts) rows.push(...(await naiveQuotaRows(kit, small, count)));
  const whole = wholeMail(5_000);
  rows.push(...(await costRows(kit, whole)));
  return { source: `${small.source} under quota; ${whole.source} with quota lifted`, rows };
}
