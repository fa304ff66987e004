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

/** `timeFactor`: how much faster quota passes, and so how long a sync lasts. */
export async function openWard({
  messages,
  mailboxes,
  timeFactor,
}: {
  messages: number;
  mailboxes: number;
  timeFactor: number;
}): Promise<Ward> {
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
    settings: { GMAIL_QUOTA_TIME_FACTOR: String(timeFactor), SYNC_POLL_SECONDS: '1' },
  });
  const kept = { kept: true };
  await Promise.all([world.startWorker({}, kept), world.startWorker({}, kept)]);
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
