// What the Gmail client adds to Gmail's trouble: calls per call that was asked for while a share of them fails, and
// whether any call comes before the time that Gmail named. A minute in full form.
import type { Kit, Result, Row } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';
import { amplification, amplificationOfGaxios } from './retries/amplification.ts';
import { patience } from './retries/patience.ts';

export const options = {
  /** Asked of the client at each share of errors. */
  calls: 1_000,
};

const shares = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1];

export async function drillRetries(kit: Kit): Promise<Result> {
  const { calls } = kit.options as typeof options;
  const rows: Row[] = [];
  for (const share of shares) {
    kit.signal.throwIfAborted();
    const percent = `${share * 100} % errors`;
    kit.progress(`${percent}: ${calls} calls`);
    const withBreaker = await amplification({ calls, share, breaker: true });
    const without = await amplification({ calls, share, breaker: false });
    rows.push(
      row('C6', `${percent}: calls per needed call`, withBreaker, '×', { max: 1.1 }),
      row('C6', '  the same if no breaker opened', without, '×', { max: 1.1 }),
    );
  }
  kit.progress('gaxios under a full outage');
  rows.push(row('C6', '100 % errors: gaxios, as googleapis comes', await amplificationOfGaxios(20), '×'));
  kit.progress('waits that Gmail asks for');
  const cases = await patience();
  const early = cases.filter(({ isEarly }) => isEarly);
  const odd = cases.filter(({ isOdd }) => isOdd);
  rows.push(
    row(
      'C6',
      `waits asked for in three forms and ${odd.length} odd values: calls before their time`,
      early.length,
      '',
      {
        max: 0,
      },
    ),
    ...early.map(({ name }) => row('C6', `  too early: ${name}`, 1, '', { max: 0 })),
  );
  return { source: `the Gmail client in one process, ${calls} calls at each share of errors`, rows };
}
