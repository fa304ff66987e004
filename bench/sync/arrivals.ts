// S7: how soon new mail of a small mailbox is here while somebody else's large one is being fetched.
import { setTimeout as sleep } from 'node:timers/promises';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import { patienceMs } from '../kit/patience.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row } from '../kit/rows.ts';
import type { World } from '../kit/world.ts';
import { backfilling, inTown, p99, small, subscription, topic } from './town.ts';

const pollSeconds = 2;
const arrivals = 100;
const everyMs = 300;

export async function arrivalRows(kit: Kit): Promise<Row[]> {
  const delays = (how: string, settings: Record<string, string>) =>
    inTown(kit, settings, async (world, simulator) => {
      await backfilling(world);
      return arrivalDelays(kit, world, simulator, how);
    });
  const pushed = await delays('told by Pub/Sub', {
    GMAIL_PUBSUB_TOPIC: topic,
    GMAIL_PUBSUB_SUBSCRIPTION: subscription,
    SYNC_POLL_SECONDS: '600',
  });
  const polled = await delays('polled', { SYNC_POLL_SECONDS: String(pollSeconds) });
  return [
    row('S7', 'new mail of a small mailbox beside a backfill, told by Pub/Sub: p99', p99(pushed), 'ms', {
      max: 2_000,
    }),
    row('S7', `  polled every ${pollSeconds} s: p99`, p99(polled), 'ms', { max: pollSeconds * 1_000 }),
  ];
}

/** Milliseconds from a message's arrival at Gmail to its row. */
async function arrivalDelays(
  kit: Kit,
  world: World,
  simulator: GmailSimulator,
  how: string,
): Promise<number[]> {
  const mailboxId = await world.connect(small);
  await world.untilLive(mailboxId, patienceMs);
  const delays: number[] = [];
  const isStored = async (gmailId: string) => {
    const sql = 'SELECT 1 FROM emails WHERE mailbox_id = $1 AND gmail_id = $2';
    return (await world.pool.query(sql, [mailboxId, gmailId])).rowCount === 1;
  };
  for (let index = 1; index <= arrivals; index += 1) {
    kit.progress(`new mail beside a backfill, ${how}: ${index} of ${arrivals}`);
    const raw = Buffer.from(`Subject: News ${index}\r\nFrom: ann@example.com\r\n\r\nHere it is.\r\n`);
    const arrivedAt = performance.now();
    const gmailId = simulator.account(small).deliver({ raw, labelIds: ['INBOX'], internalDate: Date.now() });
    await until(() => isStored(gmailId), {
      timeoutMs: patienceMs,
      everyMs: 10,
      message: 'the new message',
      signal: kit.signal,
    });
    delays.push(performance.now() - arrivedAt);
    // Not in step with the polls.
    await sleep(everyMs * Math.random());
  }
  return delays;
}
