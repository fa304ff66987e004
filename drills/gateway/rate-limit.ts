// G6: the limit of one user over several gateways, counted from outside; and what holds while Redis is away.
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@finito/testing';
import { httpLoad } from '../../bench/kit/http-load.ts';
import type { Loaded } from '../../bench/kit/http-load.ts';
import type { Kit, Row } from '../../bench/kit/program.ts';
import { row, sum } from '../../bench/kit/rows.ts';
import { aStage, portOf } from '../../bench/gateway/stage.ts';

const limit = 100;
const windowMs = 60_000;
const path = '/api/auth/options';

export async function rateLimitRows(kit: Kit): Promise<Row[]> {
  const stage = await aStage({ RATELIMIT_GENERAL_LIMIT: String(limit) });
  try {
    const count = kit.options['gateways']!;
    const ports = await Promise.all(
      Array.from({ length: count }, async () => portOf(await stage.startGateway())),
    );
    const [asking, guest, calm, frozen, gone] = await stage.users(5);
    const headOf = (cookie: string) => () => `GET ${path} HTTP/1.1\r\nHost: a\r\nCookie: ${cookie}\r\n\r\n`;
    /** So many requests in all, over all gateways at once. */
    const flood = async (requests: number, head: (index: number) => string) => {
      const each = { requests: Math.ceil(requests / count), connections: 50, head, signal: kit.signal };
      const sentAt = performance.now();
      const loaded = await Promise.all(ports.map((port) => httpLoad({ port, ...each })));
      return { loaded, sentAt, doneAt: performance.now() };
    };

    kit.progress(`${kit.options['parallel']} requests of one user at once`);
    const first = await flood(kit.options['parallel']!, headOf(asking!.cookie));
    const floods = [{ ...first, admitted: statusesOf(first.loaded, 200) }];
    while (performance.now() - first.sentAt < kit.options['seconds']! * 1_000) {
      kit.progress(
        `the same user goes on asking, ${Math.round((performance.now() - first.sentAt) / 1_000)} s`,
      );
      const next = await flood(400, headOf(asking!.cookie));
      floods.push({ ...next, admitted: statusesOf(next.loaded, 200) });
      await sleep(2_000, undefined, { signal: kit.signal });
    }
    const late = sum(await decisionsBy('local', stage.gateways));
    kit.progress('tokens, addresses and cookies made up');
    const tricks = await flood(2_000, (i) => trick(i, guest!.cookie));
    const rows = [
      row(
        'G6',
        `admitted of ${kit.options['parallel']!.toLocaleString('en')} at once on ${count} gateways`,
        floods[0]!.admitted,
        '',
        {
          min: limit,
        },
      ),
      row('G6', `  the most in any ${windowMs / 1_000} s`, mostInAWindow(floods), '', { max: limit }),
      // Redis that is late, on a machine that is busy with other things, counts as away: then a limit may be passed.
      row('G6', '  of those decided without Redis, as it was late', late, ''),
      // All come from one address, and are counted by it.
      row('G6', '  admitted with proofs and addresses made up', statusesOf(tricks.loaded, 401), '', {
        max: limit,
      }),
    ];
    kit.progress('Redis frozen');
    const calmMs = await slowestOf(ports, headOf(calm!.cookie));
    stage.redis.freeze();
    rows.push(...(await awayRows('frozen', { flood, ports, calmMs, head: headOf(frozen!.cookie) })));
    stage.redis.thaw();
    await sleep(2_000);
    kit.progress('Redis gone');
    process.kill(stage.redis.pid()!, 'SIGKILL');
    rows.push(...(await awayRows('gone', { flood, ports, calmMs, head: headOf(gone!.cookie) })));
    await stage.redis.crash();
    kit.progress('Redis is back');
    const back = await untilCountedInRedis(
      stage.gateways,
      async () => void (await flood(count, headOf(guest!.cookie))),
    );
    return [...rows, row('G6', 'Redis counts again after it is back', back, 's', { max: 45 })];
  } finally {
    stage.redis.thaw();
    await stage.close();
  }
}

interface Away {
  flood: (requests: number, head: (index: number) => string) => Promise<{ loaded: Loaded[] }>;
  ports: number[];
  /** The slowest answer while Redis is there. */
  calmMs: number;
  head: (index: number) => string;
}

/** One after the other first, to see what is waited; then all at once. */
async function awayRows(name: string, { flood, ports, calmMs, head }: Away): Promise<Row[]> {
  const oneByOne = await Promise.all(
    ports.map((port) => httpLoad({ port, requests: 10, connections: 1, head })),
  );
  const slowest = Math.max(...oneByOne.flatMap(({ latencies }) => latencies));
  const all = await flood(2_000, head);
  const admitted = statusesOf(oneByOne, 200) + statusesOf(all.loaded, 200);
  return [
    row('G6', `Redis ${name}: admitted of one user`, admitted, '', { max: 2 * limit }),
    row('G6', '  the same, at least', admitted, '', { min: 1 }),
    row('G6', '  added to the slowest answer', Math.max(0, slowest - calmMs), 'ms', { max: 50 }),
    row('G6', '  answers that are neither 200 nor 429', othersIn([...oneByOne, ...all.loaded]), '', {
      max: 0,
    }),
  ];
}

async function slowestOf(ports: number[], head: (index: number) => string): Promise<number> {
  const oneByOne = await Promise.all(
    ports.map((port) => httpLoad({ port, requests: 10, connections: 1, head })),
  );
  return Math.max(...oneByOne.flatMap(({ latencies }) => latencies));
}

function trick(index: number, cookie: string): string {
  const made = [
    `Authorization: Bearer made-up-${index}`,
    `X-Forwarded-For: 203.0.113.${index % 250}`,
    `Cookie: ${cookie}x${index}`,
    `X-Real-IP: 198.51.100.${index % 250}\r\nForwarded: for=198.51.100.${index % 250}`,
    `Authorization: Bearer finito_${String(index).padStart(43, 'a')}_${'b'.repeat(16)}`,
  ];
  return `GET /api/mailboxes HTTP/1.1\r\nHost: a\r\n${made[index % made.length]}\r\n\r\n`;
}

function statusesOf(loaded: Loaded[], status: number): number {
  return loaded.reduce((total, { statuses }) => total + (statuses[status] ?? 0), 0);
}

function othersIn(loaded: Loaded[]): number {
  const all = loaded.reduce(
    (total, { statuses }) => total + Object.values(statuses).reduce((sum, n) => sum + n, 0),
    0,
  );
  return all - statusesOf(loaded, 200) - statusesOf(loaded, 429);
}

/** Of floods that began and ended within it: what is counted is certainly within. */
function mostInAWindow(floods: { sentAt: number; doneAt: number; admitted: number }[]): number {
  const within = floods.map(({ sentAt: from }) =>
    floods.filter(({ sentAt, doneAt }) => sentAt >= from && doneAt <= from + windowMs),
  );
  return Math.max(...within.map((some) => some.reduce((total, { admitted }) => total + admitted, 0)));
}

/** How many decisions each gateway has made with Redis, or by itself. */
function decisionsBy(
  counter: 'redis' | 'local',
  gateways: { metrics: () => Promise<string> }[],
): Promise<number[]> {
  const line = new RegExp(`^finito_rate_limit_decisions_total{.*counter="${counter}".*} (\\d+)`, 'gm');
  return Promise.all(
    gateways.map(async ({ metrics }) => {
      const counts = [...(await metrics()).matchAll(line)].map(([, count]) => Number(count));
      return sum(counts);
    }),
  );
}

/** Seconds until every gateway has counted in Redis again. */
async function untilCountedInRedis(
  gateways: { metrics: () => Promise<string> }[],
  ask: () => Promise<void>,
): Promise<number> {
  const counted = () => decisionsBy('redis', gateways);
  const before = await counted();
  const startedAt = performance.now();
  await until(
    async () => {
      await ask();
      return (await counted()).every((count, i) => count > before[i]!);
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
  return (performance.now() - startedAt) / 1_000;
}
