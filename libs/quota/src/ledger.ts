// The distributed ledger of Gmail quota units. Every call is charged here before it is made.
//
// Why no window of Gmail's overflows, whatever the latency. Gmail receives a call at some moment r between grant (a)
// and settlement (s), a ≤ r ≤ s. Here its units count from a to s (open grant) and on to s + window (log). Take the
// calls Gmail received in any (x, x + window], and of them the one granted last, at a', received at r' ≥ a'. Every
// other was granted by a' and settles at s ≥ r > x ≥ r' − window ≥ a' − window: at a' it counted. So all of them
// counted at a', and no grant is made that brings the count above the limit. The holder that dies settles in full
// when its grant expires; the argument holds as long as it makes no call after that.
//
// The price: units of a grant held h ms are away for window + h. Hold a grant for one call or batch.
//
// Run twice: settle counts once. A repeated acquire whose first answer was lost holds twice until the first expires.

import { randomBytes } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { checkHolder, checkOptions, checkRequest } from './check-options.ts';
import { QuotaLedgerUnavailableError } from './errors.ts';
import { forecastMs } from './forecast.ts';
import { acquireReply, projectStateReply, userStateReply } from './ledger-replies.ts';
import { defaultLaneRules, quotaLanes } from './lanes.ts';
import type { LaneRule, QuotaLane } from './lanes.ts';
import type {
  AcquireRequest,
  AcquireResult,
  CooldownRequest,
  Grant,
  ProjectQuotaState,
  QuotaDecision,
  UserQuotaState,
} from './ledger-types.ts';
import { pacificMidnights } from './pacific-days.ts';
import type { QuotaProfile } from './profiles.ts';
import type { ScriptConfig } from './script-config.ts';
import { defineScripts } from './scripts.ts';
import type { Operation } from './scripts.ts';

export interface QuotaLedgerOptions {
  redis: Redis | Cluster;
  /** The Cloud project; names the keys. A-Z a-z 0-9 _ . : - */
  projectKey: string;
  profile: QuotaProfile;
  /** Quota time passes that many times faster; days and cooldowns do not. Default 1. */
  timeFactor?: number;
  lanes?: Partial<Record<QuotaLane, LaneRule>>;
  /** Calls under way for one user, over all processes. Default 3. */
  maxConcurrent?: number;
  /** Of these, for backfill. Default one less than maxConcurrent. */
  maxConcurrentBackfill?: number;
  /** After this an unsettled grant settles itself in full. Default 30,000, real time. */
  grantTtlMs?: number;
  /** How long Redis may take; default 1,000. */
  timeoutMs?: number;
  /**
   * What to make of a Redis that knows nothing when this process starts: `false` (default), a new installation,
   * whose window is empty; `true`, a Redis that forgot, whose window counts as full.
   */
  cautiousStart?: boolean;
  onDecision?: (decision: QuotaDecision) => void;
  /** Virtual time for simulations, epoch milliseconds. Default: Redis's clock. */
  clock?: () => number;
}

export interface QuotaLedger {
  /** @throws QuotaLedgerUnavailableError and then nothing may be spent; RangeError for what never fits */
  acquire(request: AcquireRequest): Promise<AcquireResult>;
  /**
   * Frees the permits, returns what was not used (default: all was used) and lets the used units count one window
   * from now. False when the grant had expired or was settled before: nothing changes then.
   * @throws QuotaLedgerUnavailableError
   */
  settle(grant: Grant, outcome?: { usedUnits?: number }): Promise<boolean>;
  /**
   * Settles all that a holder still has, as used: its process died, and its permits would come back only when the grants
   * expire. Gives how many there were.
   */
  abandon(user: string, holder: string): Promise<number>;
  /** Settle and acquire in one round trip. */
  exchange(grant: Grant, outcome: { usedUnits?: number }, next: AcquireRequest): Promise<AcquireResult>;
  /** Refuses the user or everybody until then; of two the later holds. Real time. Gives the rest in milliseconds. */
  cooldown(request: CooldownRequest): Promise<number>;
  state(user: string): Promise<UserQuotaState>;
  projectState(): Promise<ProjectQuotaState>;
  /** How long until a user's backfill will have got so many more units, as things are; real milliseconds. */
  forecast(user: string, units: number): Promise<number>;
}

export function createQuotaLedger(options: QuotaLedgerOptions): QuotaLedger {
  const config = configOf(options);
  checkOptions(options.projectKey, config);
  const { profile } = config;
  const ask = createAsk(options, config);

  function report(request: AcquireRequest, reply: unknown): AcquireResult {
    const { lane, method } = request;
    const result = acquireReply(request, reply, config.grantTtlMs);
    const units = result.granted ? result.grant.units : request.units;
    const reason = result.granted ? undefined : result.reason;
    const waitMs = result.granted ? 0 : result.retryInMs;
    options.onDecision?.({ lane, method, granted: result.granted, units, reason, waitMs });
    return result;
  }

  return {
    async acquire(request) {
      checkRequest(request, config);
      return report(request, await ask('acquire', request.user, requestArgs(request, options.clock)));
    },
    async settle(grant, { usedUnits = grant.units } = {}) {
      return (await ask('settle', grant.user, settleArgs(grant, usedUnits))) === 1;
    },
    async abandon(user, holder) {
      checkHolder(holder);
      return Number(await ask('abandon', user, [grantsOf(holder)]));
    },
    async exchange(grant, { usedUnits = grant.units }, next) {
      checkRequest(next, config);
      if (next.user !== grant.user) {
        await ask('settle', grant.user, settleArgs(grant, usedUnits));
        return report(next, await ask('acquire', next.user, requestArgs(next, options.clock)));
      }
      const args = [...settleArgs(grant, usedUnits), ...requestArgs(next, options.clock)];
      return report(next, await ask('exchange', next.user, args));
    },
    async cooldown(request) {
      const forMs = 'forMs' in request ? request.forMs : request.untilMs - (options.clock ?? Date.now)();
      const [scope, user] = 'user' in request ? ['user', request.user] : ['project', ''];
      return Number(await ask('cooldown', user, [scope, Math.max(0, Math.ceil(forMs))]));
    },
    async state(user) {
      return userStateReply(await ask('state', user, []), profile, options.clock ?? Date.now);
    },
    async forecast(user, units) {
      const now = (options.clock ?? Date.now)();
      const reply = await ask('state', user, []);
      return forecastMs(units, {
        user: userStateReply(reply, profile, () => now),
        project: projectStateReply(reply, profile, () => now),
        now,
        profile,
        timeFactor: config.timeFactor,
        lane: config.lanes.backfill,
      });
    },
    async projectState() {
      return projectStateReply(await ask('state', '', []), profile, options.clock ?? Date.now);
    },
  };
}

function configOf(options: QuotaLedgerOptions): ScriptConfig {
  const maxConcurrent = options.maxConcurrent ?? 3;
  return {
    profile: options.profile,
    timeFactor: options.timeFactor ?? 1,
    lanes: { ...defaultLaneRules, ...options.lanes },
    maxConcurrent,
    maxConcurrentBackfill: options.maxConcurrentBackfill ?? Math.max(1, maxConcurrent - 1),
    grantTtlMs: options.grantTtlMs ?? 30_000,
    cautiousStart: options.cautiousStart ?? false,
    virtualClock: options.clock !== undefined,
  };
}

type Ask = (operation: Operation, user: string, args: (string | number)[]) => Promise<unknown>;

function createAsk(
  { redis, projectKey, clock, timeoutMs = 1_000 }: QuotaLedgerOptions,
  config: ScriptConfig,
): Ask {
  const run = defineScripts(redis, config);
  // The birth of the ledger's memory as this process last saw it: a later one tells the script that Redis forgot.
  let born = '';
  return async (operation, user, args) => {
    try {
      const now = clock === undefined ? '' : clock();
      const reply = await within(
        timeoutMs,
        run(operation, ledgerKeys(projectKey, user), [now, born, ...args]),
      );
      const birth: unknown = Array.isArray(reply) ? reply[0] : undefined;
      if (typeof birth === 'string') born = birth;
      return Array.isArray(reply) ? reply.slice(1) : reply;
    } catch (cause) {
      throw new QuotaLedgerUnavailableError(cause);
    }
  };
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** All keys of a project share one hash tag, hence one slot of a cluster. */
function ledgerKeys(projectKey: string, user: string): string[] {
  const project = `finito:quota:{${projectKey}}`;
  const own = `${project}:user:${user}`;
  return [
    `${project}:project`,
    `${project}:project-log`,
    `${project}:project-grants`,
    own,
    `${own}:log`,
    `${own}:grants`,
    `${project}:waiting`,
    `${project}:waiting-until`,
  ];
}

/** How the ids of a holder's grants begin. */
const grantsOf = (holder: string) => `${holder}~`;

function requestArgs(request: AcquireRequest, clock: () => number = Date.now): (string | number)[] {
  const { lane, units, minUnits = units, worthUnits = minUnits, permits = 1, weight = 1 } = request;
  const id = grantsOf(request.holder ?? '') + randomBytes(9).toString('base64url');
  const amounts = [units, minUnits, worthUnits, permits, weight];
  return [id, quotaLanes.indexOf(lane) + 1, ...amounts, ...pacificMidnights(clock())];
}

function settleArgs(grant: Grant, usedUnits: number): (string | number)[] {
  if (!Number.isSafeInteger(usedUnits) || usedUnits < 0)
    throw new RangeError('usedUnits must be a whole number from 0');
  return [grant.id, usedUnits, grant.day, grant.weight];
}
