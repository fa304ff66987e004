// Bringing a mailbox in step, against the loop that most people would write: the share of Google's quota that is
// used, refusals, units and CPU a message, when messages can be read, and what all of it does as mailboxes grow.
import { sampleMail, wholeMail } from './kit/mail.ts';
import type { Kit, Result, Row } from './kit/program.ts';
import { row } from './kit/rows.ts';
import { arrivalRows } from './sync/arrivals.ts';
import { costRows } from './sync/cost.ts';
import { fairnessRows } from './sync/fairness.ts';
import { growthRows } from './sync/growth.ts';
import { ingestRows } from './sync/ingest.ts';
import { manyProcessesRows } from './sync/many-processes.ts';
import { quotaRows } from './sync/quota-share.ts';
import { readRows } from './sync/reads.ts';

export const options = {
  /** Only the nth part: 1 quota, 2 fairness, 3 cost, 4 growth, 5 arrivals, 6 reads, 7 bulk writes, 8 many processes; 0: all. */
  only: 0,
  /** Of the mailbox that is synced under quota; six times as many with the legacy prices. */
  messages: 2_000,
  /** Quota minutes pass that many times faster; with the legacy prices a quarter of that. */
  'time-factor': 4,
  /** Of each kind of sync with quota lifted, in turns. */
  rounds: 3,
  /** The most processes that share a user's quota. */
  processes: 16,
  /** That share the project's quota. */
  mailboxes: 300,
  /** Messages of the largest mailbox that is grown to. */
  largest: 20_000,
};

const whole = wholeMail(5_000);
const parts: ((kit: Kit) => Promise<Row[]>)[] = [
  quotaRows,
  fairnessRows,
  (kit) => costRows(kit, whole),
  growthRows,
  arrivalRows,
  readRows,
  ingestRows,
  manyProcessesRows,
];

export async function benchSync(kit: Kit): Promise<Result> {
  const { only } = kit.options as typeof options;
  const rows: Row[] = [];
  for (const [index, part] of parts.entries()) {
    if (only === 0 || only === index + 1) rows.push(...(await part(kit).catch(asRow(kit, index + 1))));
  }
  const source = `${sampleMail(kit.options['messages']!).source} under quota; ${whole.source} with quota lifted`;
  return { source, rows };
}

/** What broke is told among the rest: the other parts took half an hour. */
function asRow({ signal }: Kit, part: number): (error: unknown) => Row[] {
  return (error) => {
    signal.throwIfAborted();
    return [row('S', `part ${part} ended with: ${String(error).slice(0, 200)}`, 1, '', { max: 0 })];
  };
}
