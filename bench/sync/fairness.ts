// S2: many mailboxes at once on the project's quota. A tenth of Google's limits, so that this machine is not what limits:
// the users together would take one and a half times what the project may, as 300 mailboxes at Google would.
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import { gmailHere } from '../kit/gmail.ts';
import type { Gmail } from '../kit/gmail.ts';
import { patienceMs } from '../kit/patience.ts';
import type { Kit, Row } from '../kit/program.ts';
import { row, sum } from '../kit/rows.ts';
import { aWorld } from '../kit/world.ts';

const userUnitsPerMinute = 600;
const projectUnitsOfEach = 400;
const messagesEach = 120;
const workers = 2;
/** Until the burst that a rested quota allows is over, and how long it is measured then. */
const warmUpMs = 40_000;
const measuredMs = 45_000;

export async function fairnessRows(kit: Kit): Promise<Row[]> {
  const users = kit.options['mailboxes']!;
  kit.progress(`${users} mailboxes: starting`);
  const emails = Array.from({ length: users }, (_, index) => `person${index + 1}@example.com`);
  const projectUnitsPerMinute = users * projectUnitsOfEach;
  const messages = await sampleMailbox({ messages: messagesEach });
  const simulator = await startGmailSimulator({
    quotaLimits: { userPerMinute: userUnitsPerMinute, projectPerMinute: projectUnitsPerMinute },
    accounts: emails.map((emailAddress) => ({ emailAddress, name: 'Person', messages })),
  });
  const gmail = gmailHere(simulator);
  try {
    const profile = JSON.stringify({ userUnitsPerMinute, projectUnitsPerMinute });
    const settings = { GMAIL_QUOTA_PROFILE: profile, SYNC_POLL_SECONDS: '600' };
    const world = await aWorld({ gmail, settings });
    try {
      for (const email of emails) await world.connect(email);
      await Promise.all(Array.from({ length: workers }, () => world.startWorker()));
      const { units, seconds, refusals } = await unitsOfEach(kit, gmail, emails);
      const allowed = (projectUnitsPerMinute / 60) * seconds;
      return [
        row('S2', `project quota used, ${users} mailboxes`, (sum(units) / allowed) * 100, '%', {
          min: 97,
        }),
        row('S2', `  Jain fairness of the mailboxes`, jain(units), '', { min: 0.99 }),
        row('S2', '  refusals', refusals, '', { max: 0 }),
      ];
    } finally {
      await world.close();
    }
  } finally {
    await gmail.close();
  }
}

async function unitsOfEach(kit: Kit, gmail: Gmail, emails: string[]) {
  const began = performance.now();
  const at = async (ms: number, what: string) => {
    await until(
      () => {
        const left = ms - (performance.now() - began);
        kit.progress(`${emails.length} mailboxes: ${what}, ${Math.round(left / 1_000)} s left`);
        return left <= 0;
      },
      { timeoutMs: patienceMs, everyMs: 500, signal: kit.signal },
    );
    return { atMs: performance.now(), ...(await gmail.report()) };
  };
  const from = await at(warmUpMs, 'the first burst');
  const to = await at(warmUpMs + measuredMs, 'measuring');
  return {
    units: emails.map((email) => (to.unitsByUser[email] ?? 0) - (from.unitsByUser[email] ?? 0)),
    seconds: (to.atMs - from.atMs) / 1_000,
    refusals: sum(to.refusals),
  };
}

/** 1: all alike; 1/n: one has everything. */
function jain(values: number[]): number {
  return sum(values) ** 2 / (values.length * sum(values.map((value) => value ** 2)));
}
