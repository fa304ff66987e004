// What the fleet breaker keeps in Redis, one Lua script for all operations (`lua/fleet-breaker.lua`).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import { FleetBreakerUnavailableError } from './errors.ts';

/** A breaker that is not closed. Times are relative, for clocks of machines differ. */
export interface OpenBreaker {
  /** Until a probe may be made; 0 or less: half-open. */
  openForMs: number;
  sinceMs: number;
  /** By an operator. */
  forced: boolean;
}

export interface FleetView {
  open: Map<string, OpenBreaker>;
  /** How often each breaker was closed. */
  epochs: Map<string, number>;
}

export interface FleetList extends FleetView {
  /** Of each breaker: processes that called lately, and those whose own breaker has tripped. */
  processes: Map<string, number>;
  tripped: Map<string, number>;
}

export interface ProbeReply {
  kind: 'closed' | 'open' | 'probing' | 'leased';
  forMs: number;
  epoch: number;
}

/** The right to make one call while the breaker is half-open. */
export interface ProbeLease {
  name: string;
  token: string;
  epoch: number;
}

export interface SyncRequest {
  id: string;
  /** How long what opens now stays open. */
  resetMs: number;
  called: string[];
  /** Each with the epoch that this process knows. */
  tripped: (readonly [name: string, epoch: number])[];
}

export interface StoreOptions {
  redis: Redis | Cluster;
  projectKey: string;
  timeoutMs: number;
  quorum: { atLeast: number; share: number };
  /** Between two probes of any breakers. */
  probeEveryMs: number;
  /** A process that has not called for so long has no voice in the quorum. */
  callerMs: number;
  /** A vote that is not repeated for so long has died with its process. */
  voteMs: number;
}

export type FleetBreakerStore = ReturnType<typeof createFleetBreakerStore>;

/** Every operation throws FleetBreakerUnavailableError when Redis does not answer in time. */
export function createFleetBreakerStore(options: StoreOptions) {
  const run = defineScript(options);
  const { atLeast, share } = options.quorum;
  return {
    async sync({ id, resetMs, called, tripped }: SyncRequest): Promise<FleetView> {
      const rules = [options.callerMs, options.voteMs, atLeast, share, resetMs];
      return viewOf(await run('sync', id, ...rules, called.length, ...called, ...tripped.flat()));
    },
    async probe(name: string, token: string, leaseMs: number): Promise<ProbeReply> {
      const reply = await run('probe', name, token, leaseMs, options.probeEveryMs);
      const [kind, forMs, epoch] = probeShape.parse(reply);
      return { kind, forMs, epoch };
    },
    alive: async ({ name, token, epoch }: ProbeLease) => viewOf(await run('alive', name, token, epoch)),
    dead: async ({ name, token }: ProbeLease, resetMs: number) =>
      viewOf(await run('dead', name, token, resetMs)),
    reset: async (name: string) => viewOf(await run('reset', name)),
    forceOpen: async (name: string, forMs: number) => viewOf(await run('forceOpen', name, forMs)),
    async list(): Promise<FleetList> {
      const [now, fields, callers, votes] = listShape.parse(await run('list'));
      return { ...viewOf([now, fields]), processes: countsOf(callers), tripped: countsOf(votes) };
    },
    leave: async (id: string) => void (await run('leave', id)),
  };
}

const texts = z.array(z.string());
const viewShape = z.tuple([z.number(), texts]);
const listShape = z.tuple([z.number(), texts, texts, texts]);
const probeShape = z.tuple([z.enum(['closed', 'open', 'probing', 'leased']), z.number(), z.number()]);

function viewOf(reply: unknown): FleetView {
  const [now, flat] = viewShape.parse(reply);
  const fields = new Map<string, string>();
  for (let at = 0; at < flat.length; at += 2) fields.set(flat[at]!, flat[at + 1]!);
  const view: FleetView = { open: new Map(), epochs: new Map() };
  for (const [field, value] of fields) {
    const [kind, name] = field.split(':') as [string, string];
    if (kind === 'epoch') view.epochs.set(name, Number(value));
    if (kind !== 'until') continue;
    const sinceMs = now - Number(fields.get(`since:${name}`) ?? now);
    view.open.set(name, {
      openForMs: Number(value) - now,
      sinceMs,
      forced: fields.has(`forced:${name}`),
    });
  }
  return view;
}

/** Members are "<name> <process>". */
function countsOf(members: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const member of members) {
    const name = member.slice(0, member.indexOf(' '));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function defineScript({ redis, projectKey, timeoutMs }: StoreOptions) {
  const lua = readFileSync(new URL('./lua/fleet-breaker.lua', import.meta.url), 'utf8');
  const command = `finitoBreaker_${createHash('sha1').update(lua).digest('hex').slice(0, 8)}`;
  redis.defineCommand(command, { numberOfKeys: 3, lua });
  const commands = redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>;
  const base = `finito:breaker:{${projectKey}}`;
  const keys = [`${base}:states`, `${base}:callers`, `${base}:votes`];
  return async (operation: string, ...args: (string | number)[]): Promise<unknown> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([commands[command]!(...keys, operation, ...args), late]);
    } catch (cause) {
      throw new FleetBreakerUnavailableError(cause);
    } finally {
      clearTimeout(timer);
    }
  };
}
