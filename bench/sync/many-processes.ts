// S6: what a message costs when many processes share the work of many mailboxes, against one that does it all. On a
// machine of a few cores they also share its caches, which one process has to itself: what that costs is seen in loops
// that share nothing else and wait for nobody.
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import { cpuMsOf } from '../kit/cpu.ts';
import { gmailHere } from '../kit/gmail.ts';
import { median } from '../kit/median.ts';
import { patienceMs } from '../kit/patience.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row, sum } from '../kit/rows.ts';
import { aWorld, isLive } from '../kit/world.ts';
import type { World } from '../kit/world.ts';
import { emptyMailbox, runNaive, startNaive } from './naive.ts';

const messagesEach = 600;
/** The compiler is at work until a process has seen thousands of messages: mailboxes for each to warm up with. */
const waves = 3;

export async function manyProcessesRows(kit: Kit): Promise<Row[]> {
  const most = kit.options['processes']!;
  const ours = { one: [] as number[], many: [] as number[] };
  const naive = { one: [] as number[], many: [] as number[] };
  for (let round = 1; round <= kit.options['rounds']!; round += 1) {
    ours.one.push(await ourCost(kit, { processes: 1, most }));
    ours.many.push(await ourCost(kit, { processes: most, most }));
    naive.one.push(await naiveCost(kit, 1));
    naive.many.push(await naiveCost(kit, most));
  }
  const dearer = ({ one, many }: typeof ours) => median(many) / median(one);
  return [
    row('S6', `CPU a message, ${most} processes against 1`, dearer(ours), '×', { max: 1.1 }),
    row('S6', '  the same of naive loops, which share only the machine', dearer(naive), '×'),
    row('S6', '  ours against that', dearer(ours) / dearer(naive), '×'),
  ];
}

/** CPU milliseconds a message of workers, Postgres and Redis. */
async function ourCost(kit: Kit, { processes, most }: { processes: number; most: number }): Promise<number> {
  const name = `${processes} ${processes === 1 ? 'process' : 'processes'}`;
  return inWorld((waves + 1) * most, async (world, emails) => {
    const workers = await Promise.all(Array.from({ length: processes }, () => world.startWorker()));
    const pids = [...workers.map(({ pid }) => pid), world.postgres.pid(), world.redis.pid()];
    for (let wave = 0; wave < waves; wave += 1) {
      await inStep(kit, world, emails.splice(0, most), `${name}, warming up ${wave + 1} of ${waves}`);
    }
    const before = sum(pids.map(cpuMsOf));
    await inStep(kit, world, emails, name);
    return (sum(pids.map(cpuMsOf)) - before) / (most * messagesEach);
  });
}

/** CPU milliseconds a message of the loops, each with a mailbox of its own, and Postgres. */
async function naiveCost(kit: Kit, loops: number): Promise<number> {
  return inWorld(loops, async (world, emails, gmail) => {
    kit.progress(`${loops} naive ${loops === 1 ? 'loop' : 'loops'}`);
    const started = await Promise.all(
      emails.map(async (email) => {
        const mailboxId = await emptyMailbox(world, email);
        const pace = { messages: messagesEach, perSecond: 0, sanitise: false };
        return startNaive({ world, gmail, mail: { email }, mailboxId, ...pace });
      }),
    );
    const before = cpuMsOf(world.postgres.pid());
    const { cpuMs, stored } = await runNaive(started);
    kit.signal.throwIfAborted();
    return (cpuMs + cpuMsOf(world.postgres.pid()) - before) / stored;
  });
}

async function inWorld<T>(
  mailboxes: number,
  use: (world: World, emails: string[], gmail: ReturnType<typeof gmailHere>) => Promise<T>,
): Promise<T> {
  const emails = Array.from({ length: mailboxes }, (_, index) => `person${index + 1}@example.com`);
  const messages = await sampleMailbox({ messages: messagesEach });
  const simulator = await startGmailSimulator({
    timeFactor: 10_000,
    accounts: emails.map((emailAddress) => ({ emailAddress, name: 'Person', messages })),
  });
  try {
    const gmail = gmailHere(simulator);
    const settings = { GMAIL_QUOTA_TIME_FACTOR: '10000', SYNC_POLL_SECONDS: '600' };
    const world = await aWorld({ gmail, settings });
    try {
      return await use(world, emails, gmail);
    } finally {
      await world.close();
    }
  } finally {
    await simulator.close();
  }
}

async function inStep(kit: Kit, world: World, emails: string[], name: string): Promise<void> {
  const ids = await Promise.all(emails.map((email) => world.connect(email)));
  await until(
    async () => {
      const all = await Promise.all(ids.map((id) => world.progress(id)));
      kit.progress(`${name}: ${sum(all.map(({ stored }) => stored))} messages stored`);
      return all.every(isLive);
    },
    { timeoutMs: patienceMs, everyMs: 200, message: 'all mailboxes to be live', signal: kit.signal },
  );
}
