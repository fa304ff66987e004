// A history that Gmail has forgotten: what a mailbox of twenty thousand messages then costs to bring in step again,
// after additions, deletions and label changes that nobody told of. Four minutes in full form.
import type { Kit, Result } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import { reconcile } from './reconcile/run.ts';

export const options = {
  messages: 20_000,
  adds: 500,
  deletes: 500,
  labels: 2_000,
  /** How many quota seconds pass in a real one, which decides how long a sync lasts. */
  'time-factor': 40,
};

export async function drillReconcile(kit: Kit): Promise<Result> {
  const settings = kit.options as typeof options;
  const run = await reconcile(kit, { ...settings, timeFactor: settings['time-factor'] });
  const beyond = run.reconcileUnits - run.addsUnits;
  const changes = `${settings.adds} adds, ${settings.deletes} deletes, ${settings.labels} label changes`;
  return {
    source: `the sample mailbox, ${settings.messages.toLocaleString('en')} messages; ${changes} while the history was lost`,
    rows: [
      row('S10', 'units of the full sync', run.fullUnits, ''),
      row('S10', 'units of the reconcile', run.reconcileUnits, ''),
      row('S10', '  of them for what was added', run.addsUnits, ''),
      row('S10', '  beyond the adds, of a full sync', (beyond / run.fullUnits) * 100, '%', { max: 3 }),
      row('S10', 'messages read a second time', run.readTwice, '', { max: 0 }),
      row('S10', 'rows that are wrong at the end', run.outcome.rows, '', { max: 0 }),
      row(
        'S10',
        'messages that do not add up, or were given up',
        run.outcome.unaccounted + run.outcome.failedMessages,
        '',
        {
          max: 0,
        },
      ),
      row('S10', 'time of the reconcile', run.seconds, 's'),
    ],
  };
}
