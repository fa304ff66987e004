// S6: what a message costs does not depend on how many there are.
import { until } from '@finito/testing';
import { Redis } from 'ioredis';
import { cpuMsOf, rssMbOf } from '../kit/cpu.ts';
import { sampleMail } from '../kit/mail.ts';
import { patienceMs } from '../kit/patience.ts';
import type { Kit, Row } from '../kit/program.ts';
import { startRedisMonitor } from '../kit/redis-monitor.ts';
import { row } from '../kit/rows.ts';
import { isLive } from '../kit/world.ts';
import { measured } from './measured.ts';

interface Found {
  /** CPU milliseconds of workers, Postgres and Redis. */
  cpu: number;
  /** Commands that clients sent to Redis. */
  commands: number;
  redisMb: number;
  /** The most that one worker had. */
  rssMb: number;
  messages: number;
}

/** A window of a few milliseconds: the ledger is asked as ever, and hardly ever says no. */
const settings = { GMAIL_QUOTA_TIME_FACTOR: '10000', SYNC_POLL_SECONDS: '600' };
const gmailArgs = ['--no-quota'];

export async function growthRows(kit: Kit): Promise<Row[]> {
  const largest = kit.options['largest']!;
  const sizes = [1_000, 10_000, largest].filter((size, index, all) => all.indexOf(size) === index);
  const found = new Map<number, Found>();
  for (const size of sizes) found.set(size, await synced(kit, size, { content: 'full' }));
  const metadata = await synced(kit, largest, { content: 'metadata' });
  const cost = (size: number) => found.get(size)!.cpu / found.get(size)!.messages;
  const most = found.get(largest)!;
  return [
    ...sizes.slice(1).map((size, index) => {
      // The first thousand carry the cost of a process that has just begun.
      const what = `CPU a message, ${inWords(size)} against ${inWords(sizes[index]!)} messages`;
      return row('S6', what, cost(size) / cost(sizes[index]!), '×', { max: 1.05 });
    }),
    row('S6', `Redis commands a message, ${inWords(largest)} messages`, most.commands / most.messages, '', {
      max: 0.1,
    }),
    row('S6', '  memory of Redis meanwhile, at most', most.redisMb, 'MB', { max: 5 }),
    row('S6', '  memory of the worker, with bodies', most.rssMb, 'MB', { max: 260 }),
    row('S6', '  memory of the worker, metadata only', metadata.rssMb, 'MB', { max: 160 }),
  ];
}

async function synced(kit: Kit, size: number, { content }: { content: 'full' | 'metadata' }): Promise<Found> {
  kit.progress(`${size.toLocaleString('en')} messages, ${content}: starting`);
  const mail = sampleMail(size);
  return measured(mail, { gmailArgs, settings }, async ({ world }) => {
    const worker = await world.startWorker({ SYNC_CONTENT: content });
    const redis = new Redis(world.redis.url);
    const monitor = await startRedisMonitor(world.redis.url);
    const cpu = () => cpuMsOf(worker.pid) + cpuMsOf(world.postgres.pid()) + cpuMsOf(world.redis.pid());
    const before = cpu();
    const mailboxId = await world.connect(mail.email);
    let redisMb = 0;
    let rssMb = 0;
    await until(
      async () => {
        redisMb = Math.max(redisMb, await memoryMbOf(redis));
        rssMb = Math.max(rssMb, rssMbOf(worker.pid));
        const progress = await world.progress(mailboxId);
        kit.progress(`${size.toLocaleString('en')} messages, ${content}: ${progress.stored} stored`);
        return isLive(progress);
      },
      { timeoutMs: patienceMs, everyMs: 500, message: 'the mailbox to be live', signal: kit.signal },
    );
    const spent = cpu() - before;
    redis.disconnect();
    return { cpu: spent, commands: monitor.end(), redisMb, rssMb, messages: size };
  });
}

const inWords = (count: number) => count.toLocaleString('en');

async function memoryMbOf(redis: Redis): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1]) / 2 ** 20;
}
