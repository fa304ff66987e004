import type { Redis } from 'ioredis';
import { createQuotaLedger, profileByName } from '../src/index.ts';
import type { QuotaLane, QuotaLedger, QuotaLedgerOptions } from '../src/index.ts';
import { createSlidingWindowServer } from './sliding-window-server.ts';

export interface Loop {
  user: string;
  lane: QuotaLane;
  units: number;
  minUnits?: number;
  worthUnits?: number;
  weight?: number;
  /** Time from the grant to its settlement. */
  holdMs: () => number;
  /** How much later than told a refused one comes back. */
  lateMs?: () => number;
  /** Pause after a settled grant; default none: there is always work. */
  restMs?: () => number;
  /** Chance that the holder dies with the grant. */
  dies?: number;
  /** Comes back after this long whatever it was told. */
  pollsEveryMs?: number;
}

export interface FleetOptions {
  redis: Redis;
  projectKey: string;
  loops: Loop[];
  forMs: number;
  random: () => number;
  ledger?: Partial<QuotaLedgerOptions>;
  /** Several processes: each a ledger of its own; loops are dealt out. */
  processes?: number;
  at?: { ms: number; run: (ledger: QuotaLedger) => Promise<void> }[];
}

const START = Date.UTC(2026, 5, 15, 19);

/** Loops of acquire, call, settle in virtual time against the real script; the calls go to a strict server. */
export async function runVirtualFleet(options: FleetOptions) {
  const { redis, projectKey, loops, forMs, random } = options;
  const profile = options.ledger?.profile ?? profileByName('2026-05');
  const windowMs = 60_000 / (options.ledger?.timeFactor ?? 1);
  const events = createEventQueue();
  const ledgers = Array.from({ length: options.processes ?? 1 }, () =>
    createQuotaLedger({
      redis,
      projectKey,
      profile,
      clock: () => events.now(),
      timeoutMs: 20_000,
      ...options.ledger,
    }),
  );
  const project = createSlidingWindowServer({ limit: profile.projectUnitsPerMinute, windowMs });
  const users = new Map(
    loops.map(({ user }) => [
      user,
      createSlidingWindowServer({ limit: profile.userUnitsPerMinute, windowMs }),
    ]),
  );
  const waits: { loop: Loop; waitMs: number }[] = [];
  let asked = 0;

  function startLoop(loop: Loop, ledger: QuotaLedger) {
    let wantedSince = -1;
    const attempt = async (): Promise<void> => {
      if (wantedSince < 0) wantedSince = events.now();
      asked++;
      const { user, lane, units, minUnits, worthUnits, weight } = loop;
      const result = await ledger.acquire({ user, lane, units, minUnits, worthUnits, weight });
      if (!result.granted) {
        const told = loop.pollsEveryMs ?? result.retryInMs;
        return events.after(told + (loop.lateMs?.() ?? 0), attempt);
      }
      waits.push({ loop, waitMs: events.now() - wantedSince });
      wantedSince = -1;
      const { grant } = result;
      const hold = loop.holdMs();
      const receivedAt = events.now() + random() * hold;
      users.get(user)?.receive(receivedAt, grant.units);
      project.receive(receivedAt, grant.units);
      events.after(hold, async () => {
        if (random() >= (loop.dies ?? 0)) await ledger.settle(grant);
        events.after(loop.restMs?.() ?? 0, attempt);
      });
    };
    events.after(random() * 50, attempt);
  }

  loops.forEach((loop, i) => startLoop(loop, ledgers[i % ledgers.length]!));
  for (const { ms, run } of options.at ?? []) events.after(ms, () => run(ledgers[0]!));
  await events.runUntil(START + forMs);
  return { project, users, waits, asked, start: START, ledger: ledgers[0]!, events };
}

export function createEventQueue() {
  let now = START;
  let order = 0;
  const heap: { at: number; order: number; run: () => Promise<void> | void }[] = [];
  const before = (i: number, j: number) =>
    heap[i]!.at < heap[j]!.at || (heap[i]!.at === heap[j]!.at && heap[i]!.order < heap[j]!.order);
  const swap = (i: number, j: number) => ([heap[i], heap[j]] = [heap[j]!, heap[i]!]);

  function pop() {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) heap[0] = last;
    for (let i = 0; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && before(child, least)) least = child;
      if (least === i) return first;
      swap(i, least);
      i = least;
    }
  }

  return {
    now: () => now,
    after(ms: number, run: () => Promise<void> | void) {
      heap.push({ at: now + ms, order: order++, run });
      for (let i = heap.length - 1; i > 0 && before(i, (i - 1) >> 1); i = (i - 1) >> 1) swap(i, (i - 1) >> 1);
    },
    async runUntil(end: number) {
      while (heap.length > 0 && heap[0]!.at <= end) {
        const event = pop();
        now = event.at;
        await event.run();
      }
      now = end;
    },
  };
}

/** Repeatable pseudo-random numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** 1 when all shares are equal, 1/n when one has all. */
export function jainIndex(shares: number[]): number {
  const sum = shares.reduce((a, b) => a + b, 0);
  return sum ** 2 / (shares.length * shares.reduce((a, b) => a + b ** 2, 0));
}
