// Client events that are delivered up to three times to two telemetry processes, which are killed and restarted all
// the while: the totals are exact. A minute in full form.
import type { Kit, Result } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import { countEvents } from './telemetry/run.ts';

export const options = {
  /** Of 50 events each. */
  batches: 4_000,
  /** Seconds from one kill or restart to the next. */
  every: 3,
  seed: 1,
};

export async function drillTelemetry(kit: Kit): Promise<Result> {
  const run = await countEvents(kit, kit.options as typeof options);
  return {
    source: `two telemetry processes, ${run.deliveries.toLocaleString('en')} deliveries of ${kit.options['batches']} batches`,
    rows: [
      row('T3', 'kill -9 of one of them', run.kills, ''),
      row('T3', 'restarts', run.restarts, ''),
      row('T3', 'events sent', run.sent, ''),
      row('T3', 'events counted, beyond or short of what was sent', Math.abs(run.counted - run.sent), '', {
        max: 0,
      }),
      row('T3', 'the same of each type, summed', run.wrong, '', { max: 0 }),
    ],
  };
}
