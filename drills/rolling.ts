// A rolling restart of every service, again and again, behind a real proxy, while people read, pages listen and mail is
// synced: no request fails, no event and no job is lost, and each process ends in time, with Redis or Postgres frozen
// too. Three minutes in full form; twelve rounds ask half a million times, in five.
import type { Kit, Result, Row } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import type { Ended } from './kit/fleet.ts';
import type { LoadOutcome } from './kit/load-from.ts';
import { roll } from './rolling/run.ts';
import type { Rolled } from './rolling/run.ts';

export const options = {
  rounds: 5,
  /**
   * Requests for mail in a second. One costs about 7 ms of all processes together, Postgres and who asks included, so that
   * the goal's 2,000 want some fourteen cores. On two, nine processes that start one after the other need most of it,
   * and gateways refuse what they have no time for.
   */
  load: 50,
  /** Requests a second that go through all that stands before an answer, and then ask for next to nothing. */
  light: 1_950,
  /** Pages that listen for events. */
  streams: 200,
  mailboxes: 20,
  /** Of each mailbox. */
  messages: 1_000,
  gateways: 3,
  /** Of both lanes by turns. */
  workers: 4,
  telemetry: 2,
  /** How many quota seconds pass in a real one, which decides how long the sync lasts. */
  'time-factor': 1,
};

export async function drillRolling(kit: Kit): Promise<Result> {
  const settings = kit.options as typeof options;
  const run = await roll(kit, {
    ...settings,
    perSecond: settings.load,
    lightPerSecond: settings.light,
    timeFactor: settings['time-factor'],
  });
  for (const { kind, code, output } of run.unasked) kit.progress(`${kind} ended with ${code}: ${output}`);
  const { mailboxes, messages, gateways, workers, telemetry } = settings;
  return {
    source: `${gateways} gateways behind HAProxy, ${workers} workers, ${telemetry} telemetry; ${mailboxes} mailboxes of ${messages} messages and more as they come`,
    rows: [...requestRows(run), ...streamRows(run), ...endRows(run), ...jobRows(run)],
  };
}

function requestRows({ load, changes }: Rolled): Row[] {
  return [
    ...failureRows('light requests', load.light),
    ...paceRows(load.light),
    ...failureRows('reads', load.calm),
    ...paceRows(load.calm),
    ...failureRows('reads with Redis frozen', load.redis),
    ...failureRows('changes of labels', changes),
  ];
}

function paceRows({ sent, seconds, kinds }: LoadOutcome): Row[] {
  return [
    row('G4', '  in a second', sent / seconds, ''),
    ...Object.entries(kinds).map(([kind, { p99Ms }]) => row('G4', `  ${kind}: p99`, p99Ms, 'ms')),
  ];
}

function failureRows(what: string, { sent, failed, failures }: LoadOutcome): Row[] {
  const first = Map.groupBy(failures, ({ why, kind }) => `${kind}: ${why}`);
  return [
    row('G4', `failed of ${sent.toLocaleString('en')} ${what}`, failed, '', { max: 0 }),
    ...[...first].map(([why, each]) =>
      row('G4', `  of the first ${failures.length}, ${why}`, each.length, ''),
    ),
  ];
}

function streamRows({ listening }: Rolled): Row[] {
  const { streams, sentBack, events } = listening;
  return [
    row('G4', `of ${streams} streams, ends with the word when to come back`, sentBack, '', { min: 1 }),
    row('G4', '  ends without', listening.cutOff, '', { max: 0 }),
    row('G4', '  times that one could not come back', listening.refused, '', { max: 0 }),
    row('G4', `  events that one missed, of ${events}`, listening.missed + listening.resets, '', { max: 0 }),
  ];
}

function endRows({ ends, unasked }: Rolled): Row[] {
  const slowest = (some: Ended[]) => Math.max(...some.map(({ seconds }) => seconds));
  return [
    row('G4', `slowest of ${ends.calm.length} exits`, slowest(ends.calm), 's', { max: 10 }),
    row('G4', '  that were not clean', ends.calm.filter(({ code }) => code !== 0).length, '', { max: 0 }),
    row('G4', 'slowest exit with Redis frozen', slowest(ends.redis), 's', { max: 10 }),
    row('G4', 'slowest exit with Postgres frozen', slowest(ends.postgres), 's', { max: 10 }),
    row('G4', 'processes that ended by themselves', unasked.length, '', { max: 0 }),
  ];
}

function jobRows({ outcome }: Rolled): Row[] {
  return [
    row('G4', 'rows that are wrong at the end', outcome.rows, '', { max: 0 }),
    row(
      'G4',
      'messages that do not add up, or were given up',
      outcome.unaccounted + outcome.failedMessages,
      '',
      {
        max: 0,
      },
    ),
    row('G4', 'jobs failed', outcome.failedJobs, '', { max: 0 }),
  ];
}
