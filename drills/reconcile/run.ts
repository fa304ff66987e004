import { createRandom } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import { inWard } from '../kit/in-ward.ts';
import type { RunKit } from '../kit/in-ward.ts';
import { outcomeOf, syncAll, untilAllLive } from '../kit/sync-all.ts';
import type { Outcome } from '../kit/sync-all.ts';

export interface ReconcileSize {
  messages: number;
  adds: number;
  deletes: number;
  labels: number;
  timeFactor: number;
}

export interface Reconciled {
  fullUnits: number;
  reconcileUnits: number;
  /** Of the reads of messages: only what was added is read. */
  addsUnits: number;
  readTwice: number;
  outcome: Outcome;
  seconds: number;
}

const withinSeconds = 900;

export async function reconcile(
  kit: RunKit,
  { messages, timeFactor, ...changes }: ReconcileSize,
): Promise<Reconciled> {
  const options = { messages, timeFactor, mailboxes: 1, kinds: [] };
  return inWard(kit, options, async (ward, fleet) => {
    const { world, simulator, emails } = ward;
    const first = await fleet.start('gmail-worker');
    const { units, mailboxIds } = await syncAll(ward, { kit, name: 'full sync', withinSeconds });
    fleet.members.delete(first);
    await first.process.stop();

    change(simulator, emails[0]!, changes);
    simulator.account(emails[0]!).expireHistory();
    // A position that is lost within minutes is taken for Gmail's trouble, and waited for: this one is older.
    await world.pool.query("UPDATE sync_generations SET started_at = now() - interval '1 day'");
    simulator.resetReport();
    const startedAt = performance.now();
    await fleet.start('gmail-worker');
    const generation = async () =>
      (await world.pool.query<{ generation: number }>('SELECT generation FROM mailboxes')).rows[0]!
        .generation;
    await until(async () => (await generation()) > 1, {
      timeoutMs: 60_000,
      message: 'the reconcile to begin',
    });
    await untilAllLive(ward, { kit, name: 'reconcile', withinSeconds, mailboxIds });
    const report = simulator.report();
    const calls = report.calls as Record<string, number>;
    return {
      fullUnits: units,
      reconcileUnits: report.units - 2 * (calls['history.list'] ?? 0),
      addsUnits: 20 * (calls['messages.get'] ?? 0) + 40 * (calls['threads.get'] ?? 0),
      readTwice: report.fetchedTwice,
      outcome: await outcomeOf(ward, mailboxIds),
      seconds: (performance.now() - startedAt) / 1_000,
    };
  });
}

/** What somebody did in another client; each of these messages is another one. */
function change(
  simulator: GmailSimulator,
  email: string,
  { adds, deletes, labels }: Omit<ReconcileSize, 'messages' | 'timeFactor'>,
): void {
  const account = simulator.account(email);
  const ids = createRandom(1).some(
    simulator.truth(email).map(({ gmailId }) => gmailId),
    deletes + labels,
  );
  for (const id of ids.slice(0, deletes)) account.delete(id);
  for (const [index, id] of ids.slice(deletes).entries()) {
    const [add, remove] = index % 2 === 0 ? [['STARRED'], ['UNREAD']] : [['IMPORTANT'], ['INBOX']];
    account.changeLabels([id], add, remove);
  }
  for (let index = 0; index < adds; index += 1) {
    const head = `From: a@example.com\r\nTo: b@example.com\r\nSubject: News ${index}\r\nMessage-ID: <news${index}@example.com>`;
    account.deliver({ raw: Buffer.from(`${head}\r\n\r\nNews.\r\n`) });
  }
}
