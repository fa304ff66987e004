// Three messages of fifty thousand that kill the process that reads them: they alone are given up, and their
// neighbours hardly notice. Four minutes in full form.
import type { Kit, Result } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import { syncPoisoned } from './poison/run.ts';

export const options = {
  mailboxes: 20,
  /** Of each mailbox. */
  messages: 2_500,
  workers: 3,
  /** Messages that kill, each in a mailbox of its own. */
  deadly: 3,
  /** Which messages they are. */
  seed: 1,
  /** How many quota seconds pass in a real one, which decides how long a sync lasts. */
  'time-factor': 3,
};

export async function drillPoison(kit: Kit): Promise<Result> {
  const settings = kit.options as typeof options;
  const { mailboxes, messages, workers, deadly } = settings;
  const run = await syncPoisoned(kit, { ...settings, timeFactor: settings['time-factor'] });
  const { outcome, longestDelay } = run;
  const count = (mailboxes * messages).toLocaleString('en');
  return {
    source: `the sample mailbox, ${mailboxes} times, ${count} messages in all, ${workers} workers, ${deadly} deadly messages`,
    rows: [
      row('S8c', 'deadly messages quarantined', run.quarantined, '', { min: deadly }),
      row('S8c', 'others quarantined', run.wronglyQuarantined, '', { max: 0 }),
      row('S8c', 'processes that crashed', run.crashes, '', { max: 3 * deadly }),
      row(
        'S8c',
        'rows that are wrong at the end, beside the deadly ones',
        outcome.rows - run.quarantined,
        '',
        { max: 0 },
      ),
      row('S8c', 'messages that do not add up', outcome.unaccounted, '', { max: 0 }),
      row('S8c', 'jobs failed', outcome.failedJobs, '', { max: 0 }),
      row('S8c', 'longest standstill of a neighbour with work to do', longestDelay.neighbour, 's', {
        max: 10,
      }),
      row('S8c', 'the same of a mailbox with a deadly message', longestDelay.poisoned, 's'),
    ],
  };
}
