// What a sync survives: its workers killed, Redis emptied and killed, Postgres killed, Gmail away, the history
// lost, answers that are broken, changes all the while. Each ends in rows that are equal to Gmail's.
import type { Kit, Result, Row } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import { injuries } from './sync/injuries.ts';
import type { Injury } from './sync/injuries.ts';
import { survive } from './sync/survive.ts';
import { openWard } from './sync/ward.ts';

export const options = {
  /** Of the mailbox. */
  messages: 3_000,
  /** How often each is done. */
  times: 5,
  /** Only the nth of the list, beginning at 1; 0: all of them. */
  only: 0,
};

export async function drillSync(kit: Kit): Promise<Result> {
  const { messages, only } = kit.options as typeof options;
  const chosen = injuries.filter((_, index) => only === 0 || index === only - 1);
  const rows: Row[] = [];
  for (const [index, injury] of chosen.entries()) {
    const progress = (text: string) =>
      kit.progress(`${index + 1} of ${chosen.length}, ${injury.name}: ${text}`);
    rows.push(...rowsOf(await drilled(injury, kit, progress)));
  }
  return { source: `the sample mailbox, ${messages.toLocaleString('en')} messages, two workers`, rows };
}

async function drilled(injury: Injury, kit: Kit, progress: (text: string) => void) {
  const { messages, times } = kit.options as typeof options;
  progress('starting');
  const ward = await openWard({ messages, mailboxes: 1, timeFactor: paceOfQuota(injury, messages, times) });
  try {
    return await survive(injury, ward, { email: ward.emails[0]!, times, progress, signal: kit.signal });
  } finally {
    await ward.close();
  }
}

/** How fast quota passes if the sync should last as long as the injuries do. */
function paceOfQuota({ everySeconds }: Injury, messages: number, times: number): number {
  const unitsPerMessage = 14;
  const unitsPerSecond = 100;
  return Math.max(5, (messages * unitsPerMessage) / (everySeconds * times * unitsPerSecond));
}

function rowsOf(survival: Awaited<ReturnType<typeof survive>>): Row[] {
  const { name, injected, changes, end, workersEnded, refusals, extraUnits, recoverySeconds } = survival;
  const done = `${name}, ${injected.times} × ${injected.what}, ${changes} changes at Gmail meanwhile`;
  return [
    row('W2', `${done}: rows that are wrong at the end`, end.rows, '', { max: 0 }),
    row(
      'W2',
      '  messages that do not add up, were given up, or refused by quota',
      end.unaccounted + end.failed + refusals,
      '',
      { max: 0 },
    ),
    row('W2', '  workers that ended by themselves', workersEnded, '', { max: 0 }),
    row('W2', '  units beyond an undisturbed sync', extraUnits, '%'),
    row('W2', '  from the last injury to the end', recoverySeconds, 's', { max: 45 }),
  ];
}
