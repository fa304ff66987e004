// A product under steady load, looked at as Prometheus does: memory, handles and timers of each process over time.
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMsOf } from '../../bench/kit/cpu.ts';
import type { Fleet, Kind } from '../kit/fleet.ts';
import { inWard, workersOf } from '../kit/in-ward.ts';
import type { RunKit } from '../kit/in-ward.ts';
import { listen } from '../kit/listeners.ts';
import type { Listening } from '../kit/listeners.ts';
import { loadFrom } from '../kit/load-from.ts';
import type { LoadOrder, LoadOutcome } from '../kit/load-from.ts';
import { readersOf, readsOf } from '../kit/readers.ts';
import { untilAllLive } from '../kit/sync-all.ts';
import { sampleOf } from './samples.ts';
import type { Series } from './samples.ts';

export interface SoakSize {
  minutes: number;
  /** Looked at from then on. */
  warmUpMinutes: number;
  /** Of what the machine's cores can do, by all processes of the run together, in percent. */
  share: number;
  mailboxes: number;
  messages: number;
  streams: number;
  workers: number;
}

export interface Soaked {
  load: LoadOutcome;
  listening: Listening;
  series: Series[];
  cores: { wanted: number; used: number };
  unasked: Fleet['unasked'];
}

/** Mail that comes, moves and goes, in each mailbox. */
const scriptPerSecond = 0.5;
const sampleEveryMs = 2_000;
const fewPerSecond = 30;
const calibrationMs = 15_000;

export function soak(kit: RunKit, size: SoakSize): Promise<Soaked> {
  const { mailboxes, messages, workers } = size;
  const kinds: Kind[] = [...workersOf(workers), 'telemetry', 'gateway'];
  const options = { mailboxes, messages, timeFactor: 4, settings: { SYNC_POLL_SECONDS: '2' }, kinds };
  return inWard(kit, options, async (ward, fleet) => {
    const { world, simulator, emails } = ward;
    const [gateway] = fleet.of('gateway');
    const mailboxIds = await Promise.all(emails.map((email) => world.connect(email)));
    await untilAllLive(ward, { kit, name: 'before', withinSeconds: 900, mailboxIds });
    const readers = await readersOf(world, { url: gateway!.url, mailboxIds });
    const scripts = emails.map((email, seed) =>
      simulator.account(email).script({
        ...{ perSecond: scriptPerSecond, seconds: 3_600, changes: 1_000_000, seed },
        // Mostly labels: mailboxes hardly grow, and what a reader asks for stays there.
        mix: { deliver: 1, label: 8, delete: 0 },
      }),
    );
    const everybody = Array.from({ length: size.streams }, (_, i) => readers[i % readers.length]!.headers);
    const pages = listen(gateway!.url, everybody);
    try {
      await pages.ready();
      const reads = { origin: gateway!.url, requests: readsOf(readers) };
      const { perSecond, cores } = await paceFor(kit, reads, size.share);
      const found = await under(kit, fleet, { ...reads, perSecond }, size);
      return {
        ...{ ...found, listening: pages.stop(), unasked: fleet.unasked },
        cores: { wanted: cores, used: found.cores },
      };
    } finally {
      pages.stop();
      for (const script of scripts) script.stop();
    }
  });
}

/** How many reads a second take so much of the machine, from what few of them take. */
async function paceFor(kit: RunKit, reads: Omit<LoadOrder, 'perSecond'>, share: number) {
  const cores = (availableParallelism() * share) / 100;
  kit.progress('what a read costs');
  const idle = await coresOver(calibrationMs);
  const load = await loadFrom({ ...reads, perSecond: fewPerSecond });
  await sleep(5_000);
  const busy = await coresOver(calibrationMs);
  await load.stop();
  const each = Math.max(0.000_1, (busy - idle) / fewPerSecond);
  return { cores, perSecond: Math.max(fewPerSecond, Math.round((cores - idle) / each)) };
}

async function under(kit: RunKit, fleet: Fleet, order: LoadOrder, { minutes, warmUpMinutes }: SoakSize) {
  const load = await loadFrom(order);
  const startedAt = performance.now();
  const passed = () => (performance.now() - startedAt) / 60_000;
  const members = [...fleet.members];
  const series = new Map(members.map((member) => [member, { kind: member.kind, samples: [] } as Series]));
  const cpuBefore = cpuMsOf(process.pid);
  try {
    while (passed() < minutes) {
      await sleep(sampleEveryMs, undefined, { signal: kit.signal });
      kit.progress(`${order.perSecond} reads a second, ${passed().toFixed(1)} of ${minutes} minutes`);
      if (passed() < warmUpMinutes) continue;
      for (const member of members) {
        const sample = await sampleOf(member.adminUrl, passed()).catch(() => undefined);
        if (sample) series.get(member)!.samples.push(sample);
      }
    }
    const cores = (cpuMsOf(process.pid) - cpuBefore) / (performance.now() - startedAt);
    return { load: await load.stop(), series: [...series.values()], cores };
  } finally {
    await load.kill();
  }
}

/** Cores that this process and all its descendants use. */
async function coresOver(ms: number): Promise<number> {
  const [before, startedAt] = [cpuMsOf(process.pid), performance.now()];
  await sleep(ms);
  return (cpuMsOf(process.pid) - before) / (performance.now() - startedAt);
}
