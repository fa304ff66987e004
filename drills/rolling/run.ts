// Every process of every service is replaced, one after the other, while people read, pages listen and mail is synced;
// and once more, of each service one, while Redis and while Postgres are frozen.
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startHaproxy, until } from '@finito/testing';
import type { Ended, Fleet, Member } from '../kit/fleet.ts';
import { inWard } from '../kit/in-ward.ts';
import type { RunKit } from '../kit/in-ward.ts';
import { listen } from '../kit/listeners.ts';
import type { Listening } from '../kit/listeners.ts';
import { loadFrom } from '../kit/load-from.ts';
import type { LoadOutcome } from '../kit/load-from.ts';
import { changesOf, lightRequestsOf, readersOf, readsOf } from '../kit/readers.ts';
import { untilAllLive, untilInStep } from '../kit/sync-all.ts';
import type { Outcome } from '../kit/sync-all.ts';
import type { Ward } from '../sync/ward.ts';

export interface RollingSize {
  rounds: number;
  perSecond: number;
  lightPerSecond: number;
  streams: number;
  mailboxes: number;
  messages: number;
  gateways: number;
  workers: number;
  telemetry: number;
  timeFactor: number;
}

export interface Rolled {
  load: Record<'light' | 'calm' | 'redis', LoadOutcome>;
  changes: LoadOutcome;
  listening: Listening;
  /** Of processes that were asked to: with all well, with Redis and with Postgres frozen. */
  ends: Record<'calm' | 'redis' | 'postgres', Ended[]>;
  unasked: Fleet['unasked'];
  outcome: Outcome;
}

/** Long enough for the proxy, which asks four times a second, and for what is under way in it. */
const shutdownDelayMs = 2_000;
const changesPerSecond = 2;
/** Mail that comes, moves and goes at Gmail, in each mailbox. */
const scriptPerSecond = 0.5;

export function roll(kit: RunKit, size: RollingSize): Promise<Rolled> {
  const { mailboxes, messages, timeFactor } = size;
  const ward = { mailboxes, messages, timeFactor, settings: { SYNC_POLL_SECONDS: '2' } };
  return inWard(kit, { ...ward, kinds: [] }, async (opened, fleet) => {
    const url = await startAll(fleet, size);
    try {
      return await rollIn(kit, { ward: opened, fleet, url: url.url }, size);
    } finally {
      await url.stop();
    }
  });
}

/** The fleet behind a proxy. */
async function startAll(fleet: Fleet, { gateways, workers, telemetry }: RollingSize) {
  const backends = await Promise.all(
    Array.from({ length: gateways }, async () => ({ port: await freePort(), adminPort: await freePort() })),
  );
  const proxy = await startHaproxy(backends);
  const behindProxy = {
    PUBLIC_URL: proxy.url,
    TRUST_PROXY: '1',
    SHUTDOWN_DELAY_MS: String(shutdownDelayMs),
    // Counted as in production, and never reached.
    RATELIMIT_DISABLED: 'false',
    RATELIMIT_GENERAL_LIMIT: '10000000',
    RATELIMIT_SYNC_LIMIT: '10000000',
  };
  await Promise.all([
    ...backends.map(({ port, adminPort }) =>
      fleet.start('gateway', { ...behindProxy, PORT: String(port), ADMIN_PORT: String(adminPort) }),
    ),
    ...Array.from({ length: workers }, (_, index) =>
      fleet.start('gmail-worker', { WORKER_LANE: index % 2 === 0 ? 'bulk' : 'interactive' }),
    ),
    ...Array.from({ length: telemetry }, () => fleet.start('telemetry')),
  ]).catch(async (error: unknown) => {
    await proxy.stop();
    throw error;
  });
  return proxy;
}

interface Scene {
  ward: Ward;
  fleet: Fleet;
  /** Of the proxy. */
  url: string;
}

async function rollIn(kit: RunKit, scene: Scene, size: RollingSize): Promise<Rolled> {
  const { ward, fleet, url } = scene;
  const { world, simulator, emails } = ward;
  kit.progress('mailboxes begin to sync');
  const mailboxIds = await Promise.all(emails.map((email) => world.connect(email)));
  const readers = await readersOf(world, { url, mailboxIds });
  kit.progress('one of each service ends while Postgres is frozen');
  const postgres = await restartOneOfEach(scene, world.postgres);

  const scripts = emails.map((email, index) =>
    simulator.account(email).script({
      ...{ perSecond: scriptPerSecond, seconds: 3_600, changes: 1_000_000, seed: index },
      // What a reader asks for stays there.
      mix: { deliver: 1, label: 1, delete: 0 },
    }),
  );
  const everybody = Array.from({ length: size.streams }, (_, i) => readers[i % readers.length]!.headers);
  const pages = listen(url, everybody);
  await pages.ready();
  const reads = { origin: url, perSecond: size.perSecond, requests: readsOf(readers) };
  const light = { origin: url, perSecond: size.lightPerSecond, requests: lightRequestsOf(readers) };
  const loads = [await loadFrom(reads), await loadFrom(light)];
  const turns = [...changesOf(readers, 0), ...changesOf(readers, 1)];
  const changes = await loadFrom({ origin: url, perSecond: changesPerSecond, requests: turns });
  try {
    const calm = await restartAll(kit, scene, size.rounds);
    const [readCalm, lightCalm] = await Promise.all(loads.map((load) => load.stop()));
    const readsFrozen = await loadFrom(reads);
    loads.push(readsFrozen);
    kit.progress('one of each service ends while Redis is frozen');
    const redis = await restartOneOfEach(scene, world.redis);
    const [readFrozen, changed] = [await readsFrozen.stop(), await changes.stop()];
    for (const script of scripts) script.stop();
    await untilAllLive(ward, { kit, name: 'the end of the sync', withinSeconds: 900, mailboxIds });
    const outcome = await untilInStep(ward, mailboxIds);
    await pages.ready();
    await sleep(1_000);
    return {
      load: { light: lightCalm!, calm: readCalm!, redis: readFrozen },
      ...{ changes: changed, listening: pages.stop(), outcome, unasked: fleet.unasked },
      ends: { calm, redis, postgres },
    };
  } finally {
    for (const script of scripts) script.stop();
    await Promise.all([...loads, changes].map((each) => each.kill()));
    pages.stop();
  }
}

async function restartAll(kit: RunKit, { fleet }: Scene, rounds: number): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, member] of [...fleet.members].entries()) {
      kit.signal.throwIfAborted();
      kit.progress(`round ${round} of ${rounds}, process ${index + 1} of ${fleet.members.size}`);
      ended.push(await fleet.restart(member));
      // Until the proxy has seen it.
      await sleep(500);
    }
  }
  return ended;
}

/** One of each service and lane is told to end while that is frozen; then all are started again. */
async function restartOneOfEach(
  { fleet, url }: Scene,
  frozen: { freeze(): void; thaw(): void },
): Promise<Ended[]> {
  const lane = ({ kind, settings }: Member) => `${kind} ${settings['WORKER_LANE']}`;
  const victims = [...new Map([...fleet.members].map((member) => [lane(member), member])).values()];
  frozen.freeze();
  let ended: Ended[];
  try {
    // They notice, and wait for what does not come.
    await sleep(500);
    ended = await Promise.all(victims.map((victim) => fleet.end(victim)));
  } finally {
    frozen.thaw();
  }
  await Promise.all(victims.map(({ kind, settings }) => fleet.start(kind, settings)));
  await until(async () => (await fetch(url)).status === 200, { timeoutMs: 30_000 });
  return ended;
}
