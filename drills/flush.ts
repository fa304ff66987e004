// Redis emptied in the middle of a sync: every mailbox is in progress again within seconds, and nothing is lost.
// Four minutes in full form.
import type { Kit, Result } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import { syncFlushed } from './flush/run.ts';

export const options = {
  mailboxes: 20,
  /** Of each mailbox. */
  messages: 1_500,
  workers: 2,
  /** How often Redis is emptied, each time when all go on again. */
  times: 5,
  /** How many quota seconds pass in a real one, which decides how long a sync lasts. */
  'time-factor': 2,
};

export async function drillFlush(kit: Kit): Promise<Result> {
  const settings = kit.options as typeof options;
  const { mailboxes, messages, workers } = settings;
  const { outcome, flushes, refusals } = await syncFlushed(kit, {
    ...settings,
    timeFactor: settings['time-factor'],
  });
  const slowest = Math.max(0, ...flushes.map(({ seconds }) => seconds));
  const count = (mailboxes * messages).toLocaleString('en');
  return {
    source: `the sample mailbox, ${mailboxes} times, ${count} messages in all, ${workers} workers`,
    rows: [
      row('S9', 'FLUSHALL while mailboxes are in progress, times', flushes.length, '', { min: 1 }),
      row('S9', 'until the last of them is in progress again, the slowest', slowest, 's', { max: 10 }),
      row('S9', 'rows that are wrong at the end', outcome.rows, '', { max: 0 }),
      row(
        'S9',
        'messages that do not add up, or were given up',
        outcome.unaccounted + outcome.failedMessages,
        '',
        {
          max: 0,
        },
      ),
      row('S9', 'jobs failed', outcome.failedJobs, '', { max: 0 }),
      row('S9', 'calls that Gmail refused for quota', refusals, '', { max: 0 }),
    ],
  };
}
