// G1: what all that stands before an answer costs, against express with nothing before it.
import { join } from 'node:path';
import { startProcess } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { cpuMsOf } from '../kit/cpu.ts';
import { httpLoad, quantile } from '../kit/http-load.ts';
import { median } from '../kit/median.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row } from '../kit/rows.ts';
import { aStage, portOf } from './stage.ts';

const path = '/api/auth/options';
const connections = 64;
const users = 500;

interface Side {
  port: number;
  pid: number;
}

export async function fullStackRows(kit: Kit): Promise<Row[]> {
  const stage = await aStage({ RATELIMIT_GENERAL_LIMIT: '10000000' });
  const bare = await bareExpress();
  try {
    const gateway = await stage.startGateway();
    const full: Side = { port: portOf(gateway), pid: gateway.process.pid };
    const cookies = (await stage.users(users)).map(({ cookie }) => cookie);
    const head = (i: number) =>
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookies[i % users]}\r\nAccept: application/json\r\n\r\n`;
    const measured = { bare: [] as Measured[], full: [] as Measured[] };
    const requests = kit.options['requests']!;
    const sides = { bare: bare.side, full };
    // The first of each is not counted: code is compiled, scripts are loaded.
    for (const side of [bare.side, full]) await measure(side, { requests: 3_000, head, kit });
    let trips = 0;
    for (let round = 1; round <= kit.options['rounds']!; round += 1) {
      for (const [name, side] of Object.entries(sides) as ['bare' | 'full', Side][]) {
        kit.progress(`round ${round} of ${kit.options['rounds']}: ${name}`);
        const before = await stage.redisCalls();
        measured[name].push(await measure(side, { requests, head, kit }));
        if (name === 'full') trips += (await stage.redisCalls()) - before;
      }
    }
    kit.progress('latency at 300 requests a second');
    const p99 = await p99sInTurns(sides, { head, kit });
    const cpu = (name: 'bare' | 'full') => median(measured[name].map(({ cpuMs }) => cpuMs)) * 1_000;
    const ratios = measured.full.map(({ cpuMs }, i) => cpuMs / measured.bare[i]!.cpuMs);
    return [
      row('G1', 'CPU a request, full stack against bare express', median(ratios), '×', { max: 1.3 }),
      row('G1', '  full stack', cpu('full'), 'µs'),
      row('G1', '  bare express', cpu('bare'), 'µs'),
      row('G1', 'Redis round trips a request', trips / (requests * measured.full.length), '', { max: 0.1 }),
      row('G1', 'p99 added, at 300 requests a second', p99.full - p99.bare, 'ms', { max: 2 }),
      row('G1', '  p99 of bare express', p99.bare, 'ms'),
    ];
  } finally {
    await bare.process.stop({ signal: 'SIGKILL' });
    await stage.close();
  }
}

interface Measured {
  /** A request. */
  cpuMs: number;
}

interface Asking {
  requests: number;
  head: (index: number) => string;
  kit: Kit;
}

async function measure({ port, pid }: Side, { requests, head, kit }: Asking): Promise<Measured> {
  const before = cpuMsOf(pid);
  const { statuses } = await httpLoad({ ...{ port, requests, connections, head }, signal: kit.signal });
  if (statuses[200] !== requests) throw new Error(`not all were answered: ${JSON.stringify(statuses)}`);
  return { cpuMs: (cpuMsOf(pid) - before) / requests };
}

async function p99sInTurns(
  sides: Record<'bare' | 'full', Side>,
  { head, kit }: Pick<Asking, 'head' | 'kit'>,
): Promise<Record<'bare' | 'full', number>> {
  const found = { bare: [] as number[], full: [] as number[] };
  for (let round = 0; round < 5; round += 1) {
    for (const name of ['bare', 'full'] as const) {
      const { port } = sides[name];
      const load = { port, requests: 600, connections: 16, perSecond: 300, head, signal: kit.signal };
      found[name].push(quantile((await httpLoad(load)).latencies, 0.99));
    }
  }
  return { bare: median(found.bare), full: median(found.full) };
}

async function bareExpress(): Promise<{ side: Side; process: RunningProcess }> {
  const running = await startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, '../baseline/bare-express.ts')],
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
    readyWhen: (output) => /listening \d+/.test(output),
    readyWithinMs: 60_000,
  });
  const port = Number(/listening (\d+)/.exec(running.output())![1]);
  return { side: { port, pid: running.pid }, process: running };
}
