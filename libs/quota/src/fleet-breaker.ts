// A breaker that a whole fleet shares. Each process decides by a breaker of its own, which is not of this lib; what is
// here makes the decisions common: a process whose breaker trips votes, a quorum opens it for all until a time, then
// one process at a time holds the lease to probe, and what the probe finds closes or opens it for all. Probes of all
// breakers together keep a pace; the first that finds life lets the other breakers be tried at once.
//
// Everything is read again every `pollMs`: what an operator or another process does is known here within that time, and
// there is no channel that could miss it. Redis down: nothing new is learnt; what is known to be open is probed by this
// process alone, once per reset period, and otherwise its own breaker decides. Redis flushed: all are closed, and whoever
// still fails votes again. A prober that dies leaves a lease of one reset period behind.
import { randomUUID } from 'node:crypto';
import { createFleetBreakerStore } from './fleet-breaker-store.ts';
import type { FleetBreakerStore, FleetList, ProbeLease, StoreOptions } from './fleet-breaker-store.ts';
import type { Admission, BreakerListing, FleetBreaker, FleetBreakerEvent } from './fleet-breaker-types.ts';
import { createKnownBreakers } from './known-breakers.ts';
import type { KnownBreakers } from './known-breakers.ts';

export interface FleetBreakerOptions {
  redis: StoreOptions['redis'];
  /** The Cloud project; names the keys. A-Z a-z 0-9 _ . : - */
  projectKey: string;
  /** Of this process; no spaces. */
  id: string;
  /** Of the breakers; no colons, no spaces. */
  names: readonly string[];
  /** How long one stays open before a probe: the whole fleet makes one in such a period. */
  resetTimeoutMs: number;
  /**
   * How many processes must have tripped: this share of those that called lately (default 0.25), but at least so many
   * (default 2), and never more than there are.
   */
  quorum?: Partial<StoreOptions['quorum']>;
  /** Between two probes of the whole fleet, whichever breakers they are for; default 1,000, at most `resetTimeoutMs`. */
  probeEveryMs?: number;
  /** Default 400: with the answer's way, a change reaches every process within a second. */
  pollMs?: number;
  /** How long Redis may take; default 300. */
  timeoutMs?: number;
  onEvent?: (event: FleetBreakerEvent) => void;
}

/** Whoever finds a probe under way comes back after this: most have an outcome by then. */
const afterProbeMs = 1_000;

export function createFleetBreaker(options: FleetBreakerOptions): FleetBreaker {
  const { id, names, resetTimeoutMs: resetMs, pollMs = 400, onEvent = () => undefined } = options;
  const store = createFleetBreakerStore({
    redis: options.redis,
    projectKey: options.projectKey,
    timeoutMs: options.timeoutMs ?? 300,
    quorum: { atLeast: 2, share: 0.25, ...options.quorum },
    probeEveryMs: Math.min(options.probeEveryMs ?? 1_000, resetMs),
    callerMs: 15_000,
    voteMs: Math.max(3_000, 4 * pollMs),
  });
  const known = createKnownBreakers(names);
  const askForProbe = createProbes({ store, known, resetMs, onEvent });
  const called = new Set<string>();
  const tripped = new Set<string>();
  let isAway = false;
  let syncing = Promise.resolve();

  async function sync(): Promise<void> {
    const votes = [...tripped].map((name) => [name, known.epoch(name)] as const);
    const request = { id, resetMs, called: [...called], tripped: votes };
    called.clear();
    const view = await store.sync(request).catch(() => undefined);
    if (isAway !== (view === undefined)) onEvent({ kind: isAway ? 'back' : 'away' });
    isAway = view === undefined;
    if (view) known.adopt(view);
    else known.look();
  }
  const polling = setInterval(() => (syncing = syncing.then(sync)), pollMs);
  // What the fleet decides replaces what was decided here.
  known.listen((name) => tripped.delete(name));

  return {
    admit(name) {
      called.add(name);
      const openForMs = known.openForMs(name);
      if (openForMs === undefined) return { kind: 'pass' };
      return openForMs > 0 ? { kind: 'refused', retryAfterMs: openForMs } : askForProbe(name);
    },
    openForMs: (name) => Math.max(0, known.openForMs(name) ?? 0),
    state: known.state,
    isOpenElsewhere: known.isOpenElsewhere,
    report(name, state) {
      if (state === 'closed') tripped.delete(name);
      else if (!tripped.has(name)) {
        tripped.add(name);
        syncing = syncing.then(sync);
      }
    },
    listen: known.listen,
    list: async () => listingsOf(names, await store.list()),
    reset: async (name) => known.adopt(await store.reset(name)),
    forceOpen: async (name, forMs) => known.adopt(await store.forceOpen(name, Math.ceil(forMs))),
    async close() {
      clearInterval(polling);
      await syncing;
      await store.leave(id).catch(() => undefined);
    },
  };
}

interface ProbeNeeds {
  store: FleetBreakerStore;
  known: KnownBreakers;
  resetMs: number;
  onEvent(event: FleetBreakerEvent): void;
}

function createProbes({ store, known, resetMs, onEvent }: ProbeNeeds) {
  // A crowd of calls in one process asks for one lease.
  const asksAgainAt = new Map<string, number>();

  /** Without a lease, or without Redis when it ends, what was found out holds for this process. */
  async function settle(name: string, isAlive: boolean, lease: ProbeLease | undefined): Promise<void> {
    onEvent({ kind: 'probe', name, isAlive });
    const told = lease && (isAlive ? store.alive(lease) : store.dead(lease, resetMs));
    const view = await told?.catch(() => undefined);
    if (view) known.adopt(view);
    else known.set(name, isAlive ? undefined : resetMs);
    asksAgainAt.delete(name);
  }

  async function ask(name: string): Promise<Admission> {
    const token = randomUUID();
    const reply = await store.probe(name, token, resetMs).catch(() => undefined);
    if (reply === undefined) {
      asksAgainAt.set(name, Date.now() + resetMs);
      return { kind: 'probe', settle: (isAlive) => settle(name, isAlive, undefined) };
    }
    if (reply.kind === 'closed') {
      known.set(name, undefined);
      return { kind: 'pass' };
    }
    if (reply.kind === 'open') known.set(name, reply.forMs);
    if (reply.kind !== 'leased') {
      asksAgainAt.set(name, Date.now() + Math.min(reply.forMs, afterProbeMs));
      return refused(reply.forMs);
    }
    const lease = { name, token, epoch: reply.epoch };
    return { kind: 'probe', settle: (isAlive) => settle(name, isAlive, lease) };
  }

  return (name: string): Admission | Promise<Admission> => {
    if (Date.now() < (asksAgainAt.get(name) ?? 0)) return refused(afterProbeMs);
    asksAgainAt.set(name, Date.now() + Math.min(afterProbeMs, resetMs));
    return ask(name);
  };
}

function refused(forMs: number): Admission {
  return { kind: 'refused', retryAfterMs: Math.min(Math.max(forMs, 1), afterProbeMs) };
}

function listingsOf(names: readonly string[], { open, processes, tripped }: FleetList): BreakerListing[] {
  return names.map((name) => {
    const found = open.get(name);
    const isOpen = found !== undefined && found.openForMs > 0;
    return {
      name,
      state: found === undefined ? 'closed' : isOpen ? 'open' : 'half-open',
      forced: found?.forced ?? false,
      since: found === undefined ? null : Date.now() - found.sinceMs,
      until: isOpen ? Date.now() + found.openForMs : null,
      processes: processes.get(name) ?? 0,
      tripped: tripped.get(name) ?? 0,
    };
  });
}
