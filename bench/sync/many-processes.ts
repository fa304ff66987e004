// S6: what a message costs when many processes share the work of many mailboxes, against one that does it all. On a
// machine of a few cores they also share its caches, which one process has to itself: what that costs is seen in as many
// workers that share no work, each with a mailbox and a database of its own, and in naive loops.
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { cpuMsOf } from '../kit/cpu.ts';
import { gmailHere } from '../kit/gmail.ts';
import { median } from '../kit/median.ts';
import { patienceMs } from '../kit/patience.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row, sum } from '../kit/rows.ts';
import { databasesOn } from '../kit/servers.ts';
import { aWorld, isLive } from '../kit/world.ts';
import type { World } from '../kit/world.ts';
import { emptyMailbox, runNaive, startNaive } from './naive.ts';

const messagesEach = 600;
/** The compiler is at work until a process has seen thousands of messages: mailboxes for each to warm up with. */
const waves = 3;
const settings = { GMAIL_QUOTA_TIME_FACTOR: '10000', SYNC_POLL_SECONDS: '600' };

export async function manyProcessesRows(kit: Kit): Promise<Row[]> {
  const most = kit.options['processes']!;
  const costs = { one: [] as number[], many: [] as number[], apart: [] as number[] };
  const naive = { one: [] as number[], many: [] as number[] };
  for (let round = 1; round <= kit.options['rounds']!; round += 1) {
    costs.one.push(await sharedCost(kit, { processes: 1, most }));
    costs.many.push(await sharedCost(kit, { processes: most, most }));
    costs.apart.push(await apartCost(kit, most));
    naive.one.push(await naiveCost(kit, 1));
    naive.many.push(await naiveCost(kit, most));
  }
  const dearer = (many: number[], one: number[]) => median(many) / median(one);
  return [
    row('S6', `CPU a message, ${most} processes against 1`, dearer(costs.many, costs.one), '×', { max: 1.1 }),
    row('S6', '  against as many that share no work, only the machine', dearer(costs.many, costs.apart), '×'),
    row('S6', '  naive loops, which share only the machine, against 1', dearer(naive.many, naive.one), '×'),
  ];
}

/** CPU milliseconds a message of workers, Postgres and Redis. */
async function sharedCost(
  kit: Kit,
  { processes, most }: { processes: number; most: number },
): Promise<number> {
  const name = `${processes} ${processes === 1 ? 'process' : 'processes'}`;
  return inWorld((waves + 1) * most, async (world, emails) => {
    const workers = await Promise.all(Array.from({ length: processes }, () => world.startWorker()));
    return costOf(kit, name, { workers, worlds: Array.from({ length: most }, () => world), emails });
  });
}

/** The same of workers with a mailbox each, which know nothing of each other. */
async function apartCost(kit: Kit, most: number): Promise<number> {
  return inWorld((waves + 1) * most, async (world, emails, gmail) => {
    const others: World[] = [];
    try {
      for (let n = 1; n < most; n += 1) {
        others.push(await aWorld({ gmail, settings, servers: await databasesOn(world, n) }));
      }
      const worlds = [world, ...others];
      const workers = await Promise.all(worlds.map((each) => each.startWorker()));
      return await costOf(kit, `${most} apart`, { workers, worlds, emails });
    } finally {
      await Promise.all(others.map((each) => each.close()));
    }
  });
}

interface Fleet {
  workers: RunningProcess[];
  /** Where the n-th mailbox of a wave is connected; all on the servers of the first. */
  worlds: World[];
  emails: string[];
}

async function costOf(kit: Kit, name: string, { workers, worlds, emails }: Fleet): Promise<number> {
  const [{ postgres, redis }] = worlds as [World];
  const pids = [...workers.map(({ pid }) => pid), postgres.pid(), redis.pid()];
  const next = () => emails.splice(0, worlds.length);
  for (let wave = 0; wave < waves; wave += 1) {
    await inStep(kit, worlds, next(), `${name}, warming up ${wave + 1} of ${waves}`);
  }
  const before = sum(pids.map(cpuMsOf));
  await inStep(kit, worlds, next(), name);
  return (sum(pids.map(cpuMsOf)) - before) / (worlds.length * messagesEach);
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

async function inStep(kit: Kit, worlds: World[], emails: string[], name: string): Promise<void> {
  const ids = await Promise.all(emails.map((email, n) => worlds[n]!.connect(email)));
  await until(
    async () => {
      const all = await Promise.all(ids.map((id, n) => worlds[n]!.progress(id)));
      kit.progress(`${name}: ${sum(all.map(({ stored }) => stored))} messages stored`);
      return all.every(isLive);
    },
    { timeoutMs: patienceMs, everyMs: 200, message: 'all mailboxes to be live', signal: kit.signal },
  );
}
