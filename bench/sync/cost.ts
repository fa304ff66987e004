import { until } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { cpuMsOf } from '../kit/cpu.ts';
import type { Gmail } from '../kit/gmail.ts';
import type { Mail } from '../kit/mail.ts';
import { median } from '../kit/median.ts';
import { patienceMs } from '../kit/patience.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row } from '../kit/rows.ts';
import { isLive } from '../kit/world.ts';
import type { World } from '../kit/world.ts';
import { firstReadable, newest } from './first-readable.ts';
import { measured } from './measured.ts';
import type { Measured } from './measured.ts';
import { emptyMailbox, runNaive, startNaive } from './naive.ts';
import { prices2026 } from './prices.ts';

/** CPU milliseconds a message. */
interface Cost {
  worker: number;
  postgres: number;
  redis: number;
}

/** Everything that a message costs, with quota lifted, in turns with the naive loop. */
export async function costRows(kit: Kit, mail: Mail): Promise<Row[]> {
  // A window of a few milliseconds: the ledger is asked as ever, and hardly ever says no.
  const settings = { GMAIL_QUOTA_TIME_FACTOR: '10000' };
  return measured(mail, { gmailArgs: ['--no-quota'], settings }, async ({ world, gmail }) => {
    const found = { full: [] as Cost[], metadata: [] as Cost[], plain: [] as Cost[], purified: [] as Cost[] };
    let units: Units | undefined;
    let first = Infinity;
    for (let round = 1; round <= kit.options['rounds']!; round += 1) {
      const say = (what: string) =>
        kit.progress(`round ${round} of ${kit.options['rounds']}: ${what}, quota lifted`);
      say('ours');
      const ours = await ourCost(kit, { world, gmail, mail, content: 'full' });
      found.full.push(ours.cost);
      units ??= ours.units;
      first = Math.min(first, ours.firstMs);
      say('naive');
      found.plain.push(await naiveCost({ world, gmail, mail, messages: 1_000, sanitise: false }));
      say('ours, metadata only');
      found.metadata.push((await ourCost(kit, { world, gmail, mail, content: 'metadata' })).cost);
      say('naive with DOMPurify');
      found.purified.push(await naiveCost({ world, gmail, mail, messages: 150, sanitise: true }));
    }
    const cost = (costs: Cost[]) =>
      median(costs.map(({ worker, postgres, redis }) => worker + postgres + redis));
    const own = (part: keyof Cost) => median(found.full.map((each) => each[part])) * 1_000;
    return [
      row('S3', 'units per stored message, against naive', units!.spent / units!.naive, '×', { max: 0.75 }),
      row('S3', 'units, against the cheapest plan for these threads', units!.spent / units!.cheapest, '×', {
        max: 1.02,
      }),
      row('S5', 'first 50 newest readable, quota lifted', first, 'ms', { max: 1_500 }),
      row('S4', 'CPU a message, worker, Postgres and Redis', cost(found.full) * 1_000, 'µs'),
      row('S4', '  of that the worker', own('worker'), 'µs'),
      row('S4', '  of that Postgres', own('postgres'), 'µs'),
      row('S4', '  of that Redis', own('redis'), 'µs'),
      row(
        'S4',
        'messages per CPU-second, against naive with DOMPurify',
        cost(found.purified) / cost(found.full),
        '×',
        { min: 25 },
      ),
      row('S4', 'messages per CPU-second, against naive', cost(found.plain) / cost(found.full), '×', {
        min: 4,
      }),
      row('S4', 'the same, metadata only', cost(found.plain) / cost(found.metadata), '×', { min: 40 }),
    ];
  });
}

interface Units {
  spent: number;
  naive: number;
  cheapest: number;
}

async function ourCost(
  kit: Kit,
  { world, gmail, mail, content }: Measured & { content: 'full' | 'metadata' },
): Promise<{ cost: Cost; units: Units; firstMs: number }> {
  await gmail.reset();
  const worker = await world.startWorker({ SYNC_CONTENT: content });
  const before = cpuOf(world, worker);
  const began = performance.now();
  const mailboxId = await world.connect(mail.email);
  const firstMs = firstReadable(world, mailboxId, await newest(gmail, mail.email, 50), began);
  await until(async () => isLive(await world.progress(mailboxId)), {
    timeoutMs: patienceMs,
    everyMs: 200,
    message: 'the mailbox to be live',
    signal: kit.signal,
  });
  const after = cpuOf(world, worker);
  const { units } = await gmail.report();
  const { stored } = await world.progress(mailboxId);
  await worker.stop();
  await forget(world, mailboxId);
  const spent = await plans(gmail, mail.email);
  return { cost: costOf(before, after, stored), units: { spent: units, ...spent }, firstMs: await firstMs };
}

/** What the listing costs is in both: a page of 500 is 5 units. */
async function plans(gmail: Gmail, email: string): Promise<Omit<Units, 'spent'>> {
  const threads = new Map<string, number>();
  const truth = await gmail.truth(email);
  for (const { threadId } of truth) threads.set(threadId, (threads.get(threadId) ?? 0) + 1);
  const listing = Math.ceil(truth.length / 500) * 5;
  const cheapest = [...threads.values()].reduce(
    (total, n) => total + Math.min(n * prices2026.get, prices2026.thread),
    0,
  );
  return { naive: listing + truth.length * prices2026.get, cheapest: listing + cheapest };
}

async function naiveCost(measured: Measured & { messages: number; sanitise: boolean }): Promise<Cost> {
  const { world, mail } = measured;
  const mailboxId = await emptyMailbox(world, mail.email);
  const loop = await startNaive({ ...measured, mailboxId, perSecond: 0 });
  const before = cpuOf(world);
  const { cpuMs, stored } = await runNaive([loop]);
  const after = cpuOf(world);
  await forget(world, mailboxId);
  return costOf({ ...before, worker: 0 }, { ...after, worker: cpuMs }, stored);
}

/** CPU milliseconds since each began. */
function cpuOf(world: World, worker?: RunningProcess): Cost {
  return {
    worker: worker ? cpuMsOf(worker.pid) : 0,
    postgres: cpuMsOf(world.postgres.pid()),
    redis: cpuMsOf(world.redis.pid()),
  };
}

function costOf(before: Cost, after: Cost, messages: number): Cost {
  const each = (part: keyof Cost) => (after[part] - before[part]) / messages;
  return { worker: each('worker'), postgres: each('postgres'), redis: each('redis') };
}

async function forget({ pool }: World, mailboxId: string): Promise<void> {
  for (const table of ['emails', 'contents']) {
    await pool.query(`DELETE FROM ${table} WHERE mailbox_id = $1`, [mailboxId]);
  }
  await pool.query('DELETE FROM users WHERE id = (SELECT user_id FROM mailboxes WHERE id = $1)', [mailboxId]);
}
