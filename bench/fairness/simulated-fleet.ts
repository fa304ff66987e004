// A fleet in virtual time: the product's own planner and its own ledger, with its scripts on a real Redis whose clock is
// ours, and a model of the scheduler. The same seed gives the same run, to the millisecond.
//
// The model of the scheduler (libs/jobs and slice.ts): one queue, first in first out; a mailbox has at most one slice in
// it; a slice takes rounds until its 3 s are over, then goes to the back; without units it comes back when they are due.
import type { Redis } from 'ioredis';
import { createQuotaLedger, profileByName } from '@finito/quota';
import type { QuotaLedger } from '@finito/quota';
import { createEventQueue, seededRandom } from '../../libs/quota/test/virtual-fleet.ts';
import { roundLimit } from '../../services/gmail-worker/src/backfill-mailbox.ts';
import { affordable, planRound, unitsOf } from '../../services/gmail-worker/src/fetch-plan.ts';
import type { FetchStep } from '../../services/gmail-worker/src/fetch-plan.ts';
import { zipfMailboxes } from './zipf-mailboxes.ts';
import type { SimulatedMailbox } from './zipf-mailboxes.ts';

export interface FleetOptions {
  redis: Redis;
  mailboxes: number;
  /** Messages of the largest mailbox; the n-th has an n-th of them. */
  largest: number;
  processes: number;
  seed: number;
  /** The run ends then, if not before. */
  forMs: number;
}

export interface FleetResult {
  /** Of what the quota allowed while there was work, 0 to 1. */
  quotaShare: number;
  /** Units of all messages against those of one call each. */
  unitsAgainstNaive: number;
  /** From the start until the smallest mailbox was whole. */
  smallestDoneMs: number;
  /** Of new mail in the smallest mailbox, while the others fill: from its arrival to its units. */
  longestLiveWaitMs: number;
  doneMs: number;
  finished: number;
}

const profile = profileByName('2026-05');
const price = profile.units['messages.get'];
const sliceMs = 3_000;
const slotsOfProcess = 4;
const permits = 2;
const callMs = 150;
const batchSize = 25;
const liveEveryMs = 5_000;
const secondMs = 1_000;

/** Each run has a ledger of its own on a Redis that is shared. */
let runs = 0;

export async function simulateFleet(options: FleetOptions): Promise<FleetResult> {
  const time = createEventQueue();
  const start = time.now();
  const random = seededRandom(options.seed);
  const mailboxes = zipfMailboxes(options, random);
  const ledger = createQuotaLedger({
    redis: options.redis,
    projectKey: `fairness-${(runs += 1)}`,
    profile,
    clock: () => time.now(),
    timeoutMs: 20_000,
  });
  const queue: SimulatedMailbox[] = [...mailboxes];
  const spent: number[] = [];
  const allowed: number[] = [];
  let free = slotsOfProcess * options.processes;
  let unitsUsed = 0;

  function spend(units: number): void {
    const second = Math.floor((time.now() - start) / secondMs);
    spent[second] = (spent[second] ?? 0) + units;
  }
  function dispatch(): void {
    while (free > 0 && queue.length > 0) {
      free -= 1;
      const mailbox = queue.shift()!;
      time.after(0, () => round(mailbox, time.now() + sliceMs));
    }
  }
  function leave(mailbox: SimulatedMailbox, backInMs: number | undefined): void {
    free += 1;
    if (backInMs !== undefined) {
      time.after(Math.max(1, backInMs), () => {
        queue.push(mailbox);
        dispatch();
      });
    }
    dispatch();
  }
  async function round(mailbox: SimulatedMailbox, sliceEnds: number): Promise<void> {
    const planned = planRound(mailbox.newest(roundLimit), profile, roundLimit);
    if (!planned) {
      mailbox.doneAt = time.now();
      return leave(mailbox, undefined);
    }
    const { units, minUnits, worthUnits } = planned;
    const decision = await ledger.acquire({
      user: mailbox.id,
      lane: 'backfill',
      units,
      minUnits,
      worthUnits,
      permits,
    });
    if (!decision.granted) return leave(mailbox, decision.retryInMs);
    const steps = affordable(planned, decision.grant.units, price);
    time.after(durationOf(steps) * (0.7 + 0.6 * random()), async () => {
      const used = unitsOf(steps);
      await ledger.settle(decision.grant, { usedUnits: used });
      spend(used);
      unitsUsed += used;
      mailbox.store(steps);
      if (time.now() > sliceEnds) return leave(mailbox, 1);
      return round(mailbox, sliceEnds);
    });
  }

  const live = liveReader(ledger, time, mailboxes.at(-1)!, spend);
  time.after(0, dispatch);
  for (let second = 0; second * secondMs < options.forMs; second += 1) {
    const open = mailboxes.filter(({ doneAt }) => doneAt === undefined).length;
    if (open === 0) break;
    allowed[second] = Math.min(open * profile.userUnitsPerMinute, profile.projectUnitsPerMinute) / 60;
    await time.runUntil(start + (second + 1) * secondMs);
  }
  const done = mailboxes.flatMap(({ doneAt }) => (doneAt === undefined ? [] : [doneAt - start]));
  const isMeasured = (second: number) => second >= (allowed.length > 120 ? 60 : 0);
  return {
    quotaShare: sumOf(spent, isMeasured) / sumOf(allowed, isMeasured),
    unitsAgainstNaive: unitsUsed / (price * mailboxes.reduce((sum, { stored }) => sum + stored, 0)),
    smallestDoneMs: (mailboxes.at(-1)!.doneAt ?? Infinity) - start,
    longestLiveWaitMs: live.longestMs(),
    doneMs: done.length === mailboxes.length ? Math.max(...done) : Infinity,
    finished: done.length,
  };
}

/** New mail comes to the smallest mailbox every few seconds: a look at the history, and one message. */
function liveReader(
  ledger: QuotaLedger,
  time: ReturnType<typeof createEventQueue>,
  { id: user }: SimulatedMailbox,
  spend: (units: number) => void,
) {
  let longest = 0;
  const units = profile.units['history.list'] + price;
  async function ask(since: number): Promise<void> {
    const decision = await ledger.acquire({ user, lane: 'live', units });
    if (!decision.granted) return time.after(decision.retryInMs, () => ask(since));
    longest = Math.max(longest, time.now() - since);
    time.after(callMs, async () => {
      await ledger.settle(decision.grant);
      spend(units);
    });
    time.after(liveEveryMs, () => ask(time.now()));
  }
  time.after(liveEveryMs, () => ask(time.now()));
  return { longestMs: () => longest };
}

/** Two calls at once, as the product makes them: threads and messages in batches, which take twice as long. */
function durationOf(steps: readonly FetchStep[]): number {
  const threads = steps.filter(({ kind }) => kind === 'thread').length;
  const batches = Math.ceil(threads / batchSize) + Math.ceil((steps.length - threads) / batchSize);
  return 2 * Math.ceil(batches / permits) * callMs;
}

function sumOf(bySecond: number[], isMeasured: (second: number) => boolean): number {
  return bySecond.reduce((sum, units, second) => sum + (isMeasured(second) ? units : 0), 0);
}
