// G5: slow clients, header bombs, bodies of 50 MB and thousands of idle connections, while others go about their day.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findDebianLibrary, startProcess } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { rssMbOf } from '../../bench/kit/cpu.ts';
import { httpLoad, quantile } from '../../bench/kit/http-load.ts';
import { median } from '../../bench/kit/median.ts';
import type { Kit, Row } from '../../bench/kit/program.ts';
import { row } from '../../bench/kit/rows.ts';
import { aStage, portOf } from '../../bench/gateway/stage.ts';

const perSecond = 100;
const turns = 9;

export async function hostileRows(kit: Kit): Promise<Row[]> {
  const stage = await aStage({ RATELIMIT_GENERAL_LIMIT: '10000000' });
  const running: RunningProcess[] = [];
  try {
    // As in the image, which has it of the same package.
    const allocator = await findDebianLibrary('libjemalloc2', 'libjemalloc.so.2');
    const gateway = await stage.startGateway({ LD_PRELOAD: allocator });
    const port = portOf(gateway);
    const { pid, child } = gateway.process;
    const [user] = await stage.users(1);
    const head = () => `GET /api/mailboxes HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${user!.cookie}\r\n\r\n`;
    const good = async (what: string) => {
      const p99s: number[] = [];
      let refused = 0;
      for (let turn = 1; turn <= turns; turn += 1) {
        kit.progress(`${what}, ${turn} of ${turns}`);
        const load = { port, requests: perSecond * 4, connections: 8, perSecond, head, signal: kit.signal };
        const { statuses, latencies } = await httpLoad(load);
        p99s.push(quantile(latencies, 0.99));
        refused += perSecond * 4 - (statuses[200] ?? 0);
      }
      return { p99s, refused };
    };
    await httpLoad({ port, requests: 2_000, connections: 8, head, signal: kit.signal });
    const before = rssMbOf(pid);
    const quiet = await good('quiet');
    const { idle, slow } = kit.options;
    const hostile = await startProcess({
      command: process.execPath,
      args: [join(import.meta.dirname, 'hostile-process.ts')],
      env: { ...process.env, NODE_OPTIONS: '', HOSTILE: JSON.stringify({ port, idle, slow }) },
      readyWhen: (output) => output.includes('all are there'),
      readyWithinMs: 120_000,
    });
    running.push(hostile);
    const hurt = await good('under attack');
    const peak = rssMbOf(pid);
    await hostile.stop();
    kit.progress('afterwards');
    await sleep(10_000, undefined, { signal: kit.signal });
    const afterwards = await good('afterwards');
    const after = rssMbOf(pid);
    // Before and after, so that a machine that was faster for a minute counts for half.
    const quietP99 = median([...quiet.p99s, ...afterwards.p99s]);
    const unanswered = quiet.refused + hurt.refused + afterwards.refused;
    return [
      row('G5', 'p99 of good requests under attack, against quiet', median(hurt.p99s) / quietP99, '×', {
        max: 2,
      }),
      row('G5', '  p99 when quiet', quietP99, 'ms'),
      row('G5', '  good requests that were not answered', unanswered, '', { max: 0 }),
      row('G5', '  gateways that ended', child.exitCode === null ? 0 : 1, '', { max: 0 }),
      row('G5', 'memory afterwards, against before', after / before, '×', { max: 1.5 }),
      row('G5', '  before', before, 'MB'),
      row('G5', '  under attack', peak, 'MB'),
    ];
  } finally {
    for (const each of running) await each.stop({ signal: 'SIGKILL' });
    await stage.close();
  }
}
