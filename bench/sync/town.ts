// A small mailbox and a large one of another user, on one worker, under quota.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleMailbox, serviceAccountKey, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import { gmailHere } from '../kit/gmail.ts';
import { patienceMs } from '../kit/patience.ts';
import type { Kit } from '../kit/program.ts';
import { aWorld } from '../kit/world.ts';
import type { World } from '../kit/world.ts';

export const small = 'small@example.com';
const large = 'large@example.com';
const smallMessages = 400;
export const topic = 'projects/bench/topics/gmail';
export const subscription = 'projects/bench/subscriptions/gmail';

export async function inTown<T>(
  kit: Kit,
  settings: Record<string, string>,
  work: (world: World, simulator: GmailSimulator) => Promise<T>,
): Promise<T> {
  const factor = kit.options['time-factor']!;
  const simulator = await startGmailSimulator({
    timeFactor: factor,
    accounts: [
      { emailAddress: small, name: 'Small', messages: await sampleMailbox({ messages: smallMessages }) },
      {
        emailAddress: large,
        name: 'Large',
        messages: await sampleMailbox({ messages: kit.options['largest'], seed: 8 }),
      },
    ],
  });
  const { status } = await fetch(`${simulator.url}/v1/${subscription}`, {
    method: 'PUT',
    headers: { authorization: 'Bearer anybody', 'content-type': 'application/json' },
    body: JSON.stringify({ topic }),
  });
  if (status !== 200) throw new Error(`the subscription was refused with ${status}`);
  const folder = await mkdtemp(join(tmpdir(), 'finito-bench-key-'));
  const keyFile = join(folder, 'key.json');
  await writeFile(keyFile, serviceAccountKey());
  try {
    const world = await aWorld({
      gmail: gmailHere(simulator),
      settings: {
        GMAIL_QUOTA_TIME_FACTOR: String(factor),
        GOOGLE_APPLICATION_CREDENTIALS: keyFile,
        ...settings,
      },
    });
    try {
      await world.startWorker();
      return await work(world, simulator);
    } finally {
      await world.close();
    }
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true });
  }
}

/** The large mailbox is being fetched, and will be for longer than what is measured. */
export async function backfilling(world: World): Promise<void> {
  const mailboxId = await world.connect(large);
  const hasBegun = async () => (await world.progress(mailboxId)).stored > 200;
  await until(hasBegun, { timeoutMs: patienceMs, message: 'the backfill to run' });
}

/** By nearest rank: of a hundred the second slowest. */
export function p99(values: number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * 0.99) - 1]!;
}
