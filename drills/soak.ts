// A steady load of 70 % of the machine for as long as it is wanted: memory, handles and timers of each process stay
// what they are, and no promise is rejected unheard. Half an hour in full form.
import { median } from '../bench/kit/median.ts';
import type { Kit, Result, Row } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import { soak } from './soak/run.ts';
import { slope } from './soak/samples.ts';
import type { Series } from './soak/samples.ts';

export const options = {
  minutes: 10,
  /** Memory is looked at from then on. */
  'warm-up': 4,
  /** Of all cores, by everything that the drill runs, in percent. */
  share: 70,
  mailboxes: 10,
  /** Of each mailbox, at the beginning. */
  messages: 300,
  /** Pages that listen for events. */
  streams: 50,
  workers: 2,
};

export async function drillSoak(kit: Kit): Promise<Result> {
  const settings = kit.options as typeof options;
  const run = await soak(kit, { ...settings, warmUpMinutes: settings['warm-up'] });
  const { minutes, mailboxes, streams, workers } = settings;
  for (const { kind, code, output } of run.unasked) kit.progress(`${kind} ended with ${code}: ${output}`);
  return {
    source: `${minutes} minutes, ${mailboxes} mailboxes that change, ${streams} streams, a gateway, ${workers} workers, telemetry`,
    rows: [
      row('W4', 'reads a second', run.load.sent / run.load.seconds, ''),
      row('W4', `cores used, of ${run.cores.wanted.toFixed(1)} wanted`, run.cores.used, ''),
      row('W4', `failed of ${run.load.sent.toLocaleString('en')} reads`, run.load.failed, ''),
      row('W4', 'streams that ended', run.listening.cutOff + run.listening.sentBack, ''),
      ...run.series.flatMap(rowsOf),
      // A rejection that nobody hears, or an error that escapes, ends a process.
      row('W4', 'processes that ended by themselves', run.unasked.length, '', { max: 0 }),
    ],
  };
}

function rowsOf({ kind, samples }: Series): Row[] {
  const third = Math.ceil(samples.length / 3);
  /** Of the last third of the time, against the first. */
  const change = (of: 'handles' | 'timers') =>
    Math.abs(
      median(samples.slice(-third).map((each) => each[of])) -
        median(samples.slice(0, third).map((each) => each[of])),
    );
  return [
    row('W4', `${kind}: memory, a minute`, slope(samples, 'memory'), 'MB', { max: 1 }),
    row('W4', '  heap, a minute', slope(samples, 'heap'), 'MB'),
    row('W4', '  memory at the end', samples.at(-1)?.memory ?? NaN, 'MB'),
    row('W4', '  handles, more or fewer at the end', change('handles'), '', { max: 3 }),
    row('W4', '  timers, more or fewer at the end', change('timers'), '', { max: 3 }),
  ];
}
