// What mailboxes that are in step cost: CPU and units of a look at each, memory of a worker, bytes of a message.
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMsOf, rssMbOf } from './kit/cpu.ts';
import { gmailHere } from './kit/gmail.ts';
import type { Kit, Result } from './kit/program.ts';
import { row } from './kit/rows.ts';
import { aWorld } from './kit/world.ts';
import type { World } from './kit/world.ts';

export const options = {
  mailboxes: 40,
  /** In each. */
  messages: 100,
  /** For how long they are watched. */
  seconds: 20,
};

export async function benchLive(kit: Kit): Promise<Result> {
  const { mailboxes, messages, seconds } = kit.options as typeof options;
  const sample = await sampleMailbox({ messages });
  const emails = Array.from({ length: mailboxes }, (_, index) => `reader${index + 1}@example.com`);
  const simulator = await startGmailSimulator({
    timeFactor: 1_000,
    accounts: emails.map((emailAddress) => ({ emailAddress, name: 'Reader', messages: sample })),
  });
  const world = await aWorld({
    gmail: gmailHere(simulator),
    settings: { GMAIL_QUOTA_TIME_FACTOR: '1000', SYNC_POLL_SECONDS: '1' },
  });
  try {
    const worker = await world.startWorker();
    kit.progress('syncing');
    for (const email of emails) await world.untilLive(await world.connect(email), 300_000);
    kit.progress(`${mailboxes} mailboxes are looked at for ${seconds} s`);
    simulator.resetReport();
    const before = cpuOf(world, worker.pid);
    await sleep(seconds * 1_000, undefined, { signal: kit.signal });
    const after = cpuOf(world, worker.pid);
    const { calls, units } = simulator.report();
    const looks = calls['history.list'] ?? 0;
    const each = (part: keyof typeof after) => ((after[part] - before[part]) / looks) * 1_000;
    return {
      source: `${mailboxes} sample mailboxes of ${messages} messages, nothing new in them`,
      rows: [
        row('live', 'looks at a mailbox', looks, '', { min: mailboxes }),
        row('live', 'CPU a look, worker', each('worker'), 'µs'),
        row('live', '  Postgres', each('postgres'), 'µs'),
        row('live', '  Redis', each('redis'), 'µs'),
        row('live', 'quota units a look', units / looks, ''),
        row('live', 'memory of the worker', rssMbOf(worker.pid), 'MB', { max: 260 }),
        row(
          'live',
          'bytes of a message in Postgres, indexes and content included',
          await bytesAMessage(world),
          '',
        ),
      ],
    };
  } finally {
    await world.close();
    await simulator.close();
  }
}

function cpuOf(world: World, worker: number) {
  return {
    worker: cpuMsOf(worker),
    postgres: cpuMsOf(world.postgres.pid()),
    redis: cpuMsOf(world.redis.pid()),
  };
}

async function bytesAMessage({ pool }: World): Promise<number> {
  const { rows } = await pool.query<{ bytes: number }>(
    `SELECT (sum(pg_total_relation_size(relid)) / (SELECT count(*) FROM emails))::float8 AS bytes
     FROM pg_stat_user_tables WHERE relname ~ '^(emails|contents|listed_messages)'`,
  );
  return rows[0]!.bytes;
}
