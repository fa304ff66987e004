// Ten minutes of everything at once: processes killed and frozen, Redis and Postgres crashing, Gmail failing, and mail
// changing all the while; then the exact end. Twelve minutes in full form.
import type { Kit, Result } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import { weather } from './storm/run.ts';

export const options = {
  mailboxes: 20,
  /** Of each mailbox, at the beginning. */
  messages: 2_500,
  workers: 3,
  /** How long the storm lasts. */
  seconds: 600,
  /** Who is hurt when. */
  seed: 1,
  /** How many quota seconds pass in a real one. */
  'time-factor': 2,
};

export async function drillStorm(kit: Kit): Promise<Result> {
  const settings = kit.options as typeof options;
  const run = await weather(kit, { ...settings, timeFactor: settings['time-factor'] });
  const { outcome } = run;
  const { mailboxes, messages, workers } = settings;
  const count = (mailboxes * messages).toLocaleString('en');
  return {
    source: `the sample mailbox, ${mailboxes} times, ${count} messages in all, ${workers} workers; 10 % of Gmail's answers 503, 5 % cut off`,
    rows: [
      ...Object.entries(run.injected).map(([what, times]) => row('S8b', what, times, '')),
      row('S8b', 'changes at Gmail meanwhile', run.changes, ''),
      row('S8b', 'rows that are wrong at the end', outcome.rows, '', { max: 0 }),
      row('S8b', 'messages that do not add up', outcome.unaccounted, '', { max: 0 }),
      row('S8b', 'messages that were given up', outcome.failedMessages, '', { max: 0 }),
      row('S8b', 'jobs failed', outcome.failedJobs, '', { max: 0 }),
      row('S8b', 'history ids that went back', run.wentBack, '', { max: 0 }),
      row('S8b', 'processes that ended by themselves', run.unasked, '', { max: 0 }),
      row('S8b', 'calls that Gmail refused for quota', run.refusals, ''),
      row('W2', 'from the end of the storm to all being in step', run.recoverySeconds, 's', { max: 45 }),
    ],
  };
}
