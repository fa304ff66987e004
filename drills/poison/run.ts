// Mailboxes of which some hold one message each that kills whatever process reads it.
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { createRandom } from '@finito/gmail-simulator';
import type { Fleet } from '../kit/fleet.ts';
import { inWard, workersOf } from '../kit/in-ward.ts';
import type { RunKit } from '../kit/in-ward.ts';
import { syncAll } from '../kit/sync-all.ts';
import type { During, Outcome } from '../kit/sync-all.ts';
import type { Ward } from '../sync/ward.ts';

export interface PoisonedSize {
  mailboxes: number;
  messages: number;
  workers: number;
  /** Deadly messages, each in a mailbox of its own. */
  deadly: number;
  timeFactor: number;
  seed: number;
}

export interface PoisonedRun {
  outcome: Outcome;
  /** Deadly messages that were given up for it. */
  quarantined: number;
  /** Others that were. */
  wronglyQuarantined: number;
  crashes: number;
  /** Seconds in which a mailbox with work to do moved not at all. */
  longestDelay: { neighbour: number; poisoned: number };
}

const mark = 'the-mark-that-kills';
const everyMs = 100;

export async function syncPoisoned(
  kit: RunKit,
  { workers, deadly, seed, ...size }: PoisonedSize,
): Promise<PoisonedRun> {
  const preload = pathToFileURL(join(import.meta.dirname, 'kill-on-sight.ts')).href;
  const settings = { SYNC_POLL_SECONDS: '5', NODE_OPTIONS: `--import=${preload}`, DRILL_DEADLY_MARK: mark };
  return inWard(kit, { ...size, settings, kinds: workersOf(workers) }, (ward, fleet) =>
    watched(kit, ward, fleet, poison(ward, deadly, seed)),
  );
}

/** Address → the deadly message in its mailbox. */
function poison({ simulator, emails }: Ward, deadly: number, seed: number): Map<string, string> {
  const random = createRandom(seed);
  const raw = Buffer.from(
    `From: a@example.com\r\nTo: b@example.com\r\nSubject: ${mark}\r\nMessage-ID: <deadly@example.com>\r\n\r\nRead me.\r\n`,
  );
  return new Map(
    random.some(emails, deadly).map((email) => {
      const { internalDate } = random.pick(simulator.truth(email));
      return [email, simulator.account(email).deliver({ raw, internalDate })];
    }),
  );
}

async function watched(
  kit: RunKit,
  ward: Ward,
  fleet: Fleet,
  killers: Map<string, string>,
): Promise<PoisonedRun> {
  const { world, emails } = ward;
  const longestDelay = { neighbour: 0, poisoned: 0 };
  const during = async ({ mailboxIds, isOver }: During) => {
    const moved = new Map(mailboxIds.map((id) => [id, { settled: 0, at: performance.now() }]));
    while (!isOver()) {
      const { rows } = await world.pool.query<{ id: string; settled: number; isDone: boolean }>(
        `SELECT id, stored + gone + failed AS settled, state = 'live' AND pending = 0 AS "isDone" FROM mailboxes`,
      );
      for (const { id, settled, isDone } of rows) {
        const last = moved.get(id)!;
        const seconds = (performance.now() - last.at) / 1_000;
        const who = killers.has(emails[mailboxIds.indexOf(id)]!) ? 'poisoned' : 'neighbour';
        longestDelay[who] = Math.max(longestDelay[who], seconds);
        if (isDone || settled !== last.settled) moved.set(id, { settled, at: performance.now() });
      }
      await sleep(everyMs);
    }
  };
  const { outcome } = await syncAll(ward, { kit, name: 'poisoned', during, withinSeconds: 1_200 });
  const { rows } = await world.pool.query<{ id: string }>(
    `SELECT gmail_id AS id FROM listed_messages WHERE state = 'failed' AND reason = 'crashed-worker'`,
  );
  const deadlyIds = new Set(killers.values());
  const quarantined = rows.filter(({ id }) => deadlyIds.has(id)).length;
  return {
    outcome,
    quarantined,
    wronglyQuarantined: rows.length - quarantined,
    crashes: fleet.unasked.length,
    longestDelay,
  };
}
