// Gmail goes away and comes back, and is watched from where it stands: what counts is what it was asked.
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import { gmailHere } from '../../bench/kit/gmail.ts';
import { sum } from '../../bench/kit/rows.ts';
import { aWorld } from '../../bench/kit/world.ts';
import type { World } from '../../bench/kit/world.ts';
import { startFleet } from '../kit/fleet.ts';
import type { Fleet } from '../kit/fleet.ts';
import { workersOf } from '../kit/in-ward.ts';
import type { RunKit } from '../kit/in-ward.ts';
import type { Load } from '../kit/load.ts';
import { openBreakers } from './open-breakers.ts';
import { aReader } from './reader.ts';
import { settleResidents } from './residents.ts';
import { watchCalls } from './watch-calls.ts';
import type { CallWatch } from './watch-calls.ts';

export interface OutageSize {
  mailboxes: number;
  messages: number;
  newcomers: number;
  workers: number;
  seconds: number;
  poll: number;
}

export interface Outage {
  calmPerSecond: number;
  openAfterSeconds: number;
  callsUntilOpen: number;
  probesPerSecond: number;
  mostProbesInASecond: number;
  closedAfterSeconds: number;
  /** The names of those that closed last. */
  closedLast: string[];
  firstSecondShare: number;
  busiestSecondShare: number;
  herd: number;
  refusals: number;
  calmReads: Load;
  /** While Gmail was away. */
  reads: Load;
  recoverySeconds: number;
}

const reader = 'reader@example.com';
const newcomerMessages = 1_000;
/** Of the quota profile `2026-05`. */
const projectUnitsPerSecond = 1_200_000 / 60;

export async function outage(kit: RunKit, size: OutageSize): Promise<Outage> {
  kit.progress('starting');
  const { simulator, residents, newcomers } = await startGmail(size);
  const settings = { SYNC_POLL_SECONDS: String(size.poll), DATABASE_MAX_CONNECTIONS: '6' };
  const world = await aWorld({ gmail: gmailHere(simulator), settings });
  try {
    kit.progress(`${size.mailboxes} mailboxes are being settled`);
    const mailboxIds = await settleResidents({
      ...{ world, simulator },
      emails: residents,
      pollSeconds: size.poll,
    });
    kit.progress(`starting ${size.workers} workers`);
    const fleet = await startFleet(world.env, [...workersOf(size.workers), 'gateway']);
    try {
      return await throughIt(kit, { ...size, simulator, world, fleet, mailboxIds, newcomers });
    } finally {
      await fleet.close();
    }
  } finally {
    await world.close();
    await simulator.close();
  }
}

async function startGmail({ mailboxes, messages, newcomers: count }: OutageSize) {
  const address = (name: string) => (_: unknown, index: number) => `${name}${index + 1}@example.com`;
  const residents = Array.from({ length: mailboxes }, address('resident'));
  const newcomers = Array.from({ length: count }, address('newcomer'));
  const little = await sampleMailbox({ messages });
  const much = await sampleMailbox({ messages: newcomerMessages });
  const account = (emailAddress: string, sample: typeof little) => ({
    emailAddress,
    name: 'Patient',
    messages: sample,
  });
  const simulator = await startGmailSimulator({
    latencyMs: 30,
    latencySpread: 0.4,
    accounts: [
      ...residents.map((email) => account(email, little)),
      ...newcomers.map((email) => account(email, much)),
      account(reader, little),
    ],
  });
  return { simulator, residents, newcomers };
}

interface Scene extends Omit<OutageSize, 'newcomers'> {
  simulator: GmailSimulator;
  world: World;
  fleet: Fleet;
  /** Of the residents. */
  mailboxIds: string[];
  newcomers: string[];
}

async function throughIt(kit: RunKit, scene: Scene): Promise<Outage> {
  const { simulator, world, fleet, poll, mailboxIds } = scene;
  await Promise.all(scene.newcomers.map((email) => world.connect(email)));
  const someone = await aReader(fleet.of('gateway')[0]!.url, reader, kit.signal);
  const calls = watchCalls(simulator);
  try {
    kit.progress('calm');
    const calmSeconds = Math.max(poll, 10);
    const before = await someone.during(() => sleep(calmSeconds * 1_000, undefined, { signal: kit.signal }));
    const calm = calls.seconds();
    const away = await someone.during(() => goesAway(kit, scene, calls));
    kit.progress('Gmail is back');
    const [back, recoverySeconds] = await Promise.all([
      comesBack(kit, scene, calls),
      recovery(world, mailboxIds),
    ]);
    return {
      ...away.result,
      ...back.found,
      recoverySeconds,
      calmPerSecond: sum(calm.map((second) => second.calls)) / calm.length,
      herd: back.busiestCalls / Math.max(1, ...calm.map((second) => second.calls)),
      refusals: sum(simulator.report().refusals),
      calmReads: before.load,
      reads: away.load,
    };
  } finally {
    calls.stop();
  }
}

async function goesAway(kit: RunKit, { simulator, fleet, seconds }: Scene, calls: CallWatch) {
  kit.progress('Gmail is away');
  simulator.inject({ match: {}, effect: { status: 503 } });
  await until(() => simulator.faultsMet() > 0, { timeoutMs: 60_000, everyMs: 5 });
  const firstAt = performance.now();
  const passed = () => (performance.now() - firstAt) / 1_000;
  const isKnown = async () => (await openBreakers(fleet)).every((open) => open.length > 0);
  await until(isKnown, { timeoutMs: 30_000, everyMs: 100, message: 'every worker to know' });
  const openAfterSeconds = passed();
  const callsUntilOpen = simulator.faultsMet();
  await sleep(Math.max(0, 2 - passed()) * 1_000);
  const before = simulator.faultsMet();
  const from = passed();
  await sleep((seconds - from) * 1_000, undefined, { signal: kit.signal });
  const met = simulator.faultsMet() - before;
  const probesPerSecond = met / (passed() - from);
  const mostProbesInASecond = calls.mostMetInASecond(firstAt + from * 1_000);
  simulator.clearFaults();
  return { openAfterSeconds, callsUntilOpen, probesPerSecond, mostProbesInASecond };
}

async function comesBack(kit: RunKit, { fleet }: Scene, calls: CallWatch) {
  const endedAt = performance.now();
  let closedLast: string[] = [];
  const isClosed = async () => {
    const open = (await openBreakers(fleet)).flat();
    if (open.length > 0) closedLast = [...new Set(open.map((line) => /="(\w+)"/.exec(line)?.[1] ?? line))];
    return open.length === 0;
  };
  await until(isClosed, { timeoutMs: 120_000, everyMs: 100, message: 'every breaker to close' });
  const closedAfterSeconds = (performance.now() - endedAt) / 1_000;
  await sleep(Math.max(0, 31_000 - (performance.now() - endedAt)), undefined, { signal: kit.signal });
  const after = calls.seconds(endedAt).slice(0, 30);
  const share = (units: number) => units / projectUnitsPerSecond;
  return {
    found: {
      closedAfterSeconds,
      closedLast,
      firstSecondShare: share(after[0]?.units ?? 0),
      busiestSecondShare: share(Math.max(...after.map(({ units }) => units))),
    },
    busiestCalls: Math.max(...after.map((second) => second.calls)),
  };
}

/** Seconds from now until no mailbox waits for Gmail, or has failed last time. */
async function recovery({ pool }: World, mailboxIds: string[]): Promise<number> {
  const startedAt = performance.now();
  const waiting = async () => {
    const { rows } = await pool.query<{ waiting: number }>(
      "SELECT count(*)::int AS waiting FROM mailboxes WHERE id = ANY($1) AND (wait_reason = 'breaker' OR last_error IS NOT NULL)",
      [mailboxIds],
    );
    return rows[0]!.waiting;
  };
  await until(async () => (await waiting()) === 0, {
    timeoutMs: 120_000,
    everyMs: 200,
    message: 'all in step',
  });
  return (performance.now() - startedAt) / 1_000;
}
