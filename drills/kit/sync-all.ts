// All mailboxes of a ward, synced together, while something may be done to the processes that do it; and the
// question of every drill: is what is stored what Gmail has?
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue, createProducer } from '@finito/jobs';
import { Redis } from 'ioredis';
import { sum } from '../../bench/kit/rows.ts';
import type { Kit } from '../../bench/kit/program.ts';
import type { Ward } from '../sync/ward.ts';
import { createEta } from './eta.ts';

export interface Outcome {
  /** Missing, too many or different, against Gmail. */
  rows: number;
  /** That do not add up. */
  unaccounted: number;
  /** Given up. */
  failedMessages: number;
  /** In the queues. */
  failedJobs: number;
}

export interface SyncRun {
  /** From the first consent until every mailbox was live. */
  seconds: number;
  units: number;
  mailboxIds: string[];
  outcome: Outcome;
}

export interface During {
  mailboxIds: string[];
  /** Everything is live, or the run was given up. */
  isOver: () => boolean;
}

export interface SyncAllOptions {
  kit: Pick<Kit, 'progress' | 'signal'>;
  name: string;
  /** Done meanwhile; waited for at the end. */
  during?: (during: During) => Promise<void>;
  /** Given up after so long. */
  withinSeconds: number;
}

export async function syncAll(ward: Ward, options: SyncAllOptions): Promise<SyncRun> {
  const { world, simulator, emails } = ward;
  const { kit, name, during, withinSeconds } = options;
  const units = fetchUnits(simulator.report());
  const startedAt = performance.now();
  const mailboxIds = await Promise.all(emails.map((email) => world.connect(email)));
  let isOver = false;
  const meanwhile = during?.({ mailboxIds, isOver: () => isOver || kit.signal.aborted });
  meanwhile?.catch(() => undefined); // told below
  try {
    await untilAllLive(ward, { kit, name, withinSeconds, mailboxIds });
  } finally {
    isOver = true;
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await meanwhile;
  return {
    seconds,
    units: fetchUnits(simulator.report()) - units,
    mailboxIds,
    outcome: await outcomeOf(ward, mailboxIds),
  };
}

interface Waiting {
  kit: SyncAllOptions['kit'];
  name: string;
  withinSeconds: number;
  mailboxIds: string[];
}

/** Also when it is not all live in time: what is wrong then is counted. */
export async function untilAllLive(
  { world }: Pick<Ward, 'world'>,
  { kit, name, withinSeconds, mailboxIds }: Waiting,
): Promise<boolean> {
  const tell = createEta(kit.progress, name);
  const endsAt = performance.now() + withinSeconds * 1_000;
  while (performance.now() < endsAt) {
    kit.signal.throwIfAborted();
    const found = await allProgress(world.pool, mailboxIds).catch(() => undefined);
    if (found)
      tell(found.settled, found.listed, `messages, ${found.live} of ${mailboxIds.length} mailboxes live`);
    if (found?.live === mailboxIds.length) return true;
    await sleep(100);
  }
  return false;
}

async function allProgress(pool: Ward['world']['pool'], mailboxIds: string[]) {
  const { rows } = await pool.query<{ live: number; listed: number; settled: number }>(
    `SELECT count(*) FILTER (WHERE state = 'live' AND pending = 0)::int AS live, sum(listed)::int AS listed,
       sum(stored + gone + failed)::int AS settled FROM mailboxes WHERE id = ANY($1)`,
    [mailboxIds],
  );
  return rows[0]!;
}

export async function outcomeOf({ world, emails }: Ward, mailboxIds: string[]): Promise<Outcome> {
  let rows = 0;
  for (const [index, mailboxId] of mailboxIds.entries()) {
    const { missing, extra, different } = await world.differences(mailboxId, emails[index]!);
    rows += missing + extra + different;
  }
  const failed = await world.pool.query<{ failed: number }>(
    'SELECT sum(failed)::int AS failed FROM mailboxes',
  );
  return {
    rows,
    unaccounted: sum((await world.db.due.unaccounted()).map(({ messages }) => messages)),
    failedMessages: failed.rows[0]!.failed,
    failedJobs: await failedJobs(world.redis.url),
  };
}

/** The last changes come by a poll: live is not yet in step. */
export async function untilInStep(ward: Ward, mailboxIds: string[]): Promise<Outcome> {
  const endsAt = performance.now() + 60_000;
  let outcome = await outcomeOf(ward, mailboxIds);
  while (outcome.rows > 0 && performance.now() < endsAt) {
    await sleep(500);
    outcome = await outcomeOf(ward, mailboxIds);
  }
  return outcome;
}

async function failedJobs(redisUrl: string): Promise<number> {
  const redis = new Redis(redisUrl, { commandTimeout: 10_000 });
  const producer = createProducer({ redis });
  const counts = await Promise.all(catalogue.map((job) => producer.counts(job)));
  await producer.close();
  redis.disconnect();
  return sum(counts.map(({ failed }) => failed));
}

/** What the sync itself costs; asking live mailboxes for news goes on as long as a run takes. */
function fetchUnits({ units, calls }: { units: number; calls: Record<string, number> }): number {
  return units - 2 * (calls['history.list'] ?? 0);
}
