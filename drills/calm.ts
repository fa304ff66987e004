// Reading goes on as if nothing were while Gmail is down, Redis frozen, first syncs take all the quota and workers are
// killed: the slowest reads against those of a calm minute. Five minutes in full form.
import { median } from '../bench/kit/median.ts';
import type { Kit, Result, Row } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import { readInTrouble } from './calm/run.ts';
import type { Compared } from './calm/run.ts';
import type { LoadOutcome } from './kit/load-from.ts';

export const options = {
  /** Of each turn in calm and in trouble. */
  seconds: 15,
  /** In each trouble. */
  turns: 2,
  /** Reads a second. */
  load: 100,
  /** Of which a third begins to sync when that is the trouble. */
  mailboxes: 12,
  /** Of each mailbox. */
  messages: 600,
  workers: 2,
  /** How many quota seconds pass in a real one. */
  'time-factor': 3,
  /** Only the nth trouble, beginning at 1; 0: all of them. */
  only: 0,
};

const kinds = ['list', 'message', 'thread'];

export async function drillCalm(kit: Kit): Promise<Result> {
  const settings = kit.options as typeof options;
  const { load, mailboxes, messages, workers } = settings;
  const compared = await readInTrouble(kit, {
    ...settings,
    perSecond: load,
    timeFactor: settings['time-factor'],
  });
  return {
    source: `${load} reads a second from one gateway, ${mailboxes} mailboxes of ${messages} messages, ${workers} workers`,
    rows: compared.flatMap(rowsOf),
  };
}

function rowsOf({ trouble, calm, troubled }: Compared): Row[] {
  const all = [...calm, ...troubled];
  const failed = all.reduce((total, each) => total + each.failed, 0);
  const sent = all.reduce((total, each) => total + each.sent, 0);
  const reasons = Map.groupBy(
    all.flatMap(({ failures }) => failures),
    ({ kind, why }) => `${kind}: ${why}`,
  );
  return [
    ...kinds.map((kind) =>
      row('G7', `${trouble}: ${kind}, p99 against calm`, p99(troubled, kind) / p99(calm, kind), '×', {
        max: 3,
      }),
    ),
    ...kinds.map((kind) => row('G7', `  ${kind}, p99 in calm`, p99(calm, kind), 'ms')),
    row('G7', `  failed of ${sent.toLocaleString('en')} reads`, failed, '', { max: 0 }),
    ...[...reasons].map(([why, each]) => row('G7', `    ${why}`, each.length, '')),
  ];
}

/** The median of the turns. */
function p99(outcomes: LoadOutcome[], kind: string): number {
  return median(outcomes.map(({ kinds: each }) => each[kind]?.p99Ms ?? NaN));
}
