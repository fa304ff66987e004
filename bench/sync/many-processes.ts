// S6: what a message costs when many processes share the work of many mailboxes, against one that does it all.
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

const mailboxes = 16;
const messagesEach = 600;

export async function manyProcessesRows(kit: Kit): Promise<Row[]> {
  const most = kit.options['processes']!;
  const found = { one: [] as number[], many: [] as number[] };
  for (let round = 1; round <= kit.options['rounds']!; round += 1) {
    found.one.push(await costWith(kit, 1));
    found.many.push(await costWith(kit, most));
  }
  return [
    row('S6', `CPU a message, ${most} processes against 1`, median(found.many) / median(found.one), '×', {
      max: 1.1,
    }),
  ];
}

/**
 * CPU milliseconds a message of workers, Postgres and Redis. Of mailboxes that come when others are in step: a process
 * that has just begun spends more on compiling its code than on messages.
 */
async function costWith(kit: Kit, processes: number): Promise<number> {
  const emails = Array.from({ length: 2 * mailboxes }, (_, index) => `person${index + 1}@example.com`);
  const messages = await sampleMailbox({ messages: messagesEach });
  const simulator = await startGmailSimulator({
    timeFactor: 10_000,
    accounts: emails.map((emailAddress) => ({ emailAddress, name: 'Person', messages })),
  });
  const gmail = gmailHere(simulator);
  const settings = { GMAIL_QUOTA_TIME_FACTOR: '10000', SYNC_POLL_SECONDS: '600' };
  try {
    const world = await aWorld({ gmail, settings });
    try {
      const workers = await Promise.all(Array.from({ length: processes }, () => world.startWorker()));
      const pids = [...workers.map(({ pid }) => pid), world.postgres.pid(), world.redis.pid()];
      const cpu = () => sum(pids.map(cpuMsOf));
      await inStep(kit, world, emails.slice(mailboxes), `${processes} processes, warming up`);
      const before = cpu();
      await inStep(kit, world, emails.slice(0, mailboxes), `${processes} processes`);
      return (cpu() - before) / (mailboxes * messagesEach);
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
      kit.signal.throwIfAborted();
      const all = await Promise.all(ids.map((id) => world.progress(id)));
      kit.progress(`${name}: ${sum(all.map(({ stored }) => stored))} messages stored`);
      return all.every(isLive);
    },
    { timeoutMs: patienceMs, everyMs: 200, message: 'all mailboxes to be live' },
  );
}
