// A full outage of Gmail under eight workers and a thousand mailboxes: how soon the fleet stops calling, how rarely it
// tries again, how soon it is back, and what readers notice. Two minutes in full form.
import { quantile } from '../bench/kit/http-load.ts';
import type { Kit, Result, Row } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import type { Load } from './kit/load.ts';
import { outage } from './outage/run.ts';

export const options = {
  mailboxes: 1_000,
  /** Of each mailbox. */
  messages: 10,
  /** Beside them, with a thousand messages each: their backfill is under way. */
  newcomers: 20,
  workers: 8,
  /** How long Gmail is away. */
  seconds: 60,
  /** How often a live mailbox is asked for news. */
  poll: 15,
};

export async function drillOutage(kit: Kit): Promise<Result> {
  const settings = kit.options as typeof options;
  const run = await outage(kit, settings);
  const { mailboxes, newcomers, workers, seconds } = settings;
  return {
    source: `${mailboxes.toLocaleString('en')} mailboxes in step and ${newcomers} in backfill, ${workers} workers; every call of Gmail answered 503 for ${seconds} s`,
    rows: [
      row('C5', 'calls a second before', run.calmPerSecond, ''),
      row('C5', 'from the first failed call until every worker knew', run.openAfterSeconds, 's', { max: 2 }),
      row('C5', 'calls until then', run.callsUntilOpen, ''),
      row('C5', 'calls a second of the whole fleet, from 2 s after the first', run.probesPerSecond, '', {
        max: 1,
      }),
      row('C5', '  most in any one second', run.mostProbesInASecond, ''),
      row('C5', 'from the end of the outage until every breaker was closed', run.closedAfterSeconds, 's', {
        max: 5,
      }),
      row('C5', `  the last of them: ${run.closedLast.join(', ')}`, run.closedLast.length, ''),
      row('C5', 'units in the first second after, of the project’s', run.firstSecondShare * 100, '%', {
        max: 100,
      }),
      row('C5', '  in the busiest second of the next 30', run.busiestSecondShare * 100, '%', { max: 100 }),
      row('C5', 'calls in the busiest second, of the busiest before', run.herd, '×'),
      row('C5', 'calls that Gmail refused for quota', run.refusals, '', { max: 0 }),
      ...readRows('before', run.calmReads),
      ...readRows('while Gmail was away', run.reads, { max: 0 }),
      row('W2', 'from the end of the outage until all was in step', run.recoverySeconds, 's', { max: 45 }),
    ],
  };
}

function readRows(when: string, { sent, failures, timesMs }: Load, target?: Row['target']): Row[] {
  return [
    row('C5', `reads of cached mail that failed ${when}, of ${sent}`, failures.length, '', target),
    ...[...Map.groupBy(failures, ({ why }) => why)].map(([why, each]) =>
      row('C5', `  ${why}`, each.length, ''),
    ),
    row('C5', '  p99 of the others', quantile(Object.values(timesMs).flat(), 0.99), 'ms'),
  ];
}
