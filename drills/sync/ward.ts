import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { gmailHere } from '../../bench/kit/gmail.ts';
import { aWorld } from '../../bench/kit/world.ts';
import type { World } from '../../bench/kit/world.ts';

/** Mailboxes at Gmail, and the product that is to sync them. */
export interface Ward {
  simulator: GmailSimulator;
  world: World;
  emails: string[];
  close: () => Promise<void>;
}

export interface WardOptions {
  messages: number;
  mailboxes: number;
  /** How much faster quota passes, and so how long a sync lasts. */
  timeFactor: number;
  /** Begun at once, each replaced when it ends; default 2. */
  workers?: number;
  /** Of the product's processes, beside the usual. */
  settings?: Record<string, string>;
}

export async function openWard({
  messages,
  mailboxes,
  timeFactor,
  workers = 2,
  settings = {},
}: WardOptions): Promise<Ward> {
  const sample = await sampleMailbox({ messages });
  const emails = Array.from({ length: mailboxes }, (_, index) => `patient${index + 1}@example.com`);
  const simulator = await startGmailSimulator({
    timeFactor,
    latencyMs: 30,
    latencySpread: 0.4,
    accounts: emails.map((emailAddress) => ({ emailAddress, name: 'Patient', messages: sample })),
  });
  const world = await aWorld({
    gmail: gmailHere(simulator),
    durable: true,
    settings: { GMAIL_QUOTA_TIME_FACTOR: String(timeFactor), SYNC_POLL_SECONDS: '1', ...settings },
  });
  await Promise.all(Array.from({ length: workers }, () => world.startWorker({}, { kept: true })));
  return {
    simulator,
    world,
    emails,
    async close() {
      await world.close();
      await simulator.close();
    },
  };
}
