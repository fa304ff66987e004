// A sync of twenty mailboxes while a random process, of any kind, is killed every five seconds; against the same
// sync undisturbed. Seven minutes in full form with one seed; each further one takes two and a half.
import { median } from '../bench/kit/median.ts';
import type { Kit, Result, Row } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import { killed, undisturbed } from './kills/runs.ts';

export const options = {
  mailboxes: 20,
  /** Of each mailbox. */
  messages: 2_500,
  workers: 3,
  /** Seconds from one kill to the next. */
  every: 5,
  /** How many times; each seed kills others at other moments. */
  seeds: 1,
  'first-seed': 1,
  /** How many quota seconds pass in a real one, which decides how long a sync lasts. */
  'time-factor': 3,
};

export async function drillKills(kit: Kit): Promise<Result> {
  const settings = kit.options as typeof options;
  const size = { ...settings, timeFactor: settings['time-factor'] };
  const calm = await undisturbed(kit, size);
  const rows: Row[] = [
    row('S8', 'undisturbed sync', calm.seconds, 's'),
    row('S8', '  rows that are wrong at the end', calm.outcome.rows, '', { max: 0 }),
  ];
  for (let seed = settings['first-seed']; seed < settings['first-seed'] + settings.seeds; seed += 1) {
    const run = await killed(kit, { ...size, seed });
    const { outcome, takeovers } = run;
    rows.push(
      row(
        'S8',
        `seed ${seed}, ${run.kills} × kill -9 (${run.what}): rows that are wrong at the end`,
        outcome.rows,
        '',
        {
          max: 0,
        },
      ),
      row(
        'S8',
        '  messages that do not add up, or were given up',
        outcome.unaccounted + outcome.failedMessages,
        '',
        {
          max: 0,
        },
      ),
      row('S8', '  jobs failed', outcome.failedJobs, '', { max: 0 }),
      row('S8', '  processes that ended by themselves', run.unasked, '', { max: 0 }),
      row('S8', '  time, of the undisturbed', run.seconds / calm.seconds, '×', { max: 1.5 }),
      row('S8', '  units beyond the undisturbed', (run.units / calm.units - 1) * 100, '%', { max: 2 }),
      row(
        'S8',
        `  work of ${takeovers.length} leases of dead workers taken over, median`,
        median(takeovers),
        's',
      ),
      row('S8', '  the same, the slowest', Math.max(0, ...takeovers), 's', { max: 6 }),
    );
  }
  const { mailboxes, messages, workers } = settings;
  const count = (mailboxes * messages).toLocaleString('en');
  return {
    source: `the sample mailbox, ${mailboxes} times, ${count} messages in all, ${workers} workers`,
    rows,
  };
}
