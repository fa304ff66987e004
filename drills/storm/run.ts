// Everything at once, for as long as it is wanted, and then calm: what is stored must come to be what Gmail has.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@finito/gmail-simulator';
import type { Random } from '@finito/gmail-simulator';
import { sum } from '../../bench/kit/rows.ts';
import type { Fleet, Kind, Member } from '../kit/fleet.ts';
import { inWard, workersOf } from '../kit/in-ward.ts';
import type { RunKit } from '../kit/in-ward.ts';
import { untilAllLive, untilInStep } from '../kit/sync-all.ts';
import type { Outcome } from '../kit/sync-all.ts';
import type { Ward } from '../sync/ward.ts';

export interface StormSize {
  mailboxes: number;
  messages: number;
  workers: number;
  /** How long it lasts. */
  seconds: number;
  timeFactor: number;
  seed: number;
  /** Of the usual time between two injuries of a kind; default 1. */
  pace?: number;
}

export interface Storm {
  injected: Record<string, number>;
  changes: number;
  outcome: Outcome;
  /** Seconds from the end of the storm until all was live. */
  recoverySeconds: number;
  /** History ids that were seen to go back. */
  wentBack: number;
  unasked: number;
  refusals: number;
}

/** Seconds from one to the next, and what is done. */
const injuries: [name: string, everySeconds: number, hurt: Hurt][] = [
  ['processes killed', 5, ({ fleet }, victim) => victim && fleet.kill(victim)],
  [
    'processes frozen for a while',
    15,
    ({ pace }, victim) => victim && freeze(victim.process, frozenSeconds * pace),
  ],
  ['restarts of an empty Redis', 20, ({ ward }) => ward.world.redis.crash()],
  ['crashes of Postgres', 30, ({ ward }) => ward.world.postgres.crash()],
];

/** Longer than a lease and a lock last: it comes back to find its work with another. */
const frozenSeconds = 8;

interface Scene {
  ward: Ward;
  fleet: Fleet;
  random: Random;
  pace: number;
}

/** `victim`: a random process; undefined while all are on their way back. */
type Hurt = (scene: Scene, victim: Member | undefined) => Promise<void> | undefined;

export function weather(
  kit: RunKit,
  { workers, seconds, seed, pace = 1, ...size }: StormSize,
): Promise<Storm> {
  const kinds: Kind[] = [...workersOf(workers), 'telemetry', 'gateway'];
  const options = { ...size, kinds, settings: { SYNC_POLL_SECONDS: '2' } };
  return inWard(kit, options, async (ward, fleet) => {
    const { world, simulator, emails } = ward;
    const mailboxIds = await Promise.all(emails.map((email) => world.connect(email)));
    const scripts = emails.map((email, index) =>
      simulator.account(email).script({ perSecond: 1, seconds, changes: 1_000_000, seed: seed + index }),
    );
    simulator.inject({ match: { rate: 0.1 }, effect: { status: 503 } });
    simulator.inject({ match: { rate: 0.05 }, effect: { truncateJson: true } });
    const cursor = watchCursors(ward);
    const injected = await hurtAll(kit, { ward, fleet, random: createRandom(seed), pace }, seconds);
    simulator.clearFaults();
    for (const script of scripts) script.stop();
    const endedAt = performance.now();
    await untilAllLive(ward, { kit, name: 'calm again', withinSeconds: 600, mailboxIds });
    const outcome = await untilInStep(ward, mailboxIds);
    return {
      injected,
      changes: sum(scripts.flatMap(({ counts }) => Object.values(counts))),
      outcome,
      recoverySeconds: (performance.now() - endedAt) / 1_000,
      wentBack: await cursor.stop(),
      unasked: fleet.unasked.length,
      refusals: sum(simulator.report().refusals),
    };
  });
}

async function hurtAll(kit: RunKit, scene: Scene, seconds: number) {
  const injected: Record<string, number> = {};
  const startedAt = performance.now();
  const passed = () => (performance.now() - startedAt) / 1_000;
  const loops = injuries.map(async ([name, everySeconds, hurt]) => {
    const everyOne = everySeconds * scene.pace;
    for (let time = 1; time * everyOne < seconds; time += 1) {
      await sleep(Math.max(0, time * everyOne - passed()) * 1_000, undefined, { signal: kit.signal });
      const hurting = hurt(scene, scene.random.pick([...scene.fleet.members]));
      if (hurting) injected[name] = (injected[name] ?? 0) + 1;
      await hurting;
      kit.progress(`storm: ${Math.round(passed())} of ${seconds} s, ${sum(injected)} injuries`);
    }
  });
  await Promise.all(loops);
  return injected;
}

async function freeze(victim: { signal(name: NodeJS.Signals): void }, seconds: number): Promise<void> {
  victim.signal('SIGSTOP');
  await sleep(seconds * 1_000);
  victim.signal('SIGCONT');
}

function watchCursors({ world }: Ward) {
  const newest = new Map<string, bigint>();
  let wentBack = 0;
  const look = async () => {
    const { rows } = await world.pool.query<{ id: string; at: string; generation: number }>(
      'SELECT id, history_id AS at, generation FROM mailboxes WHERE history_id IS NOT NULL',
    );
    for (const { id, at } of rows) {
      if (BigInt(at) < (newest.get(id) ?? 0n)) wentBack += 1;
      newest.set(id, BigInt(at));
    }
  };
  const timer = setInterval(() => void look().catch(() => undefined), 500);
  return {
    async stop(): Promise<number> {
      clearInterval(timer);
      await look();
      return wentBack;
    },
  };
}
