// Client events from the edge to the totals (GOALS.md T1, T2): events a second of CPU in the gateway and through to the
// aggregates, memory over very many events, what a scrape costs, and what is left of a flood of invented names.
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '@finito/testing';
import { cpuMsOf, rssMbOf } from './kit/cpu.ts';
import type { Kit, Result, Row } from './kit/program.ts';
import { row } from './kit/rows.ts';
import { eventsInBatch, hostileRequests, send, usualRequests } from './telemetry/load.ts';
import { startBareIntake } from './telemetry/bare-intake.ts';
import type { BareIntake } from './telemetry/bare-intake.ts';
import { startServices } from './telemetry/services.ts';
import type { Services } from './telemetry/services.ts';

export const options = {
  /** Sent after the warm-up. The goal speaks of 10,000,000. */
  events: 3_000_000,
  /** Events of which each field has another value. The goal speaks of 1,000,000. */
  hostile: 100_000,
};

/** The compiler takes some thousand batches to have done with either server. */
const warmUpEvents = 1_200_000;
const rounds = 3;
const scrapes = 200;

export async function benchTelemetry(kit: Kit): Promise<Result> {
  await using started = new AsyncDisposableStack();
  const services = await startServices();
  started.defer(() => services.close());
  const bare = await startBareIntake();
  started.defer(async () => void (await bare.stop()));
  const rows = [
    ...(await flow(kit, services, bare)),
    ...(await attack(kit, services)),
    ...(await scrape(services)),
  ];
  return { source: `batches of ${eventsInBatch} events, one gateway, one telemetry process`, rows };
}

/** What is counted before the first of two moments does not count. */
async function flow(kit: Kit, services: Services, bare: BareIntake): Promise<Row[]> {
  const requests = usualRequests();
  const events = kit.options['events']!;
  // The baseline needs no more than to be compared.
  const bareEvents = Math.min(events, 1_200_000);
  const throughBare = (count: number) => send(bare.port, count / eventsInBatch, requests, kit.signal);
  kit.progress('warming up');
  await throughBare(warmUpEvents);
  const before = await through(kit, services, warmUpEvents, requests);
  const memory = rssMb(services);
  const cpu = cpuMs(services, bare);
  let accepted = 0;
  for (let round = 1; round <= rounds; round += 1) {
    kit.progress(`${events} events, part ${round} of ${rounds}`);
    await throughBare(bareEvents / rounds);
    accepted += await through(kit, services, events / rounds, requests);
  }
  const used = cpuMs(services, bare);
  const edge = (used.gateway - cpu.gateway) / 1_000;
  const behind = (used.telemetry - cpu.telemetry) / 1_000;
  const store = (used.redis - cpu.redis) / 1_000;
  const least = (used.bare - cpu.bare) / 1_000 / (bareEvents / accepted);
  return [
    row('T1', 'events a second of CPU, gateway', accepted / edge, '', { min: 900_000 }),
    row('T1', 'the same, node:http that only parses the JSON', accepted / least, ''),
    row('T1', 'CPU of the gateway against that', edge / least, '×'),
    row(
      'T1',
      'events a second of CPU, gateway, telemetry and Redis',
      accepted / (edge + behind + store),
      '',
      {
        min: 300_000,
      },
    ),
    row('T1', 'the same, telemetry alone', accepted / behind, ''),
    row('T1', 'the same, Redis alone', accepted / store, ''),
    row('T1', `events that were not taken, of ${events}`, events - accepted, ''),
    row('T3', 'accepted events that the totals lack', before + accepted - (await services.counted()), '', {
      max: 0,
    }),
    row('T1', `memory grown over ${events} events`, rssMb(services) - memory, 'MB', { max: 30 }),
  ];
}

/** Sent, and in the totals. Gives how many were accepted. */
async function through(kit: Kit, services: Services, events: number, requests: Buffer[]): Promise<number> {
  const before = await services.counted();
  const accepted = await send(services.port, events / eventsInBatch, requests, kit.signal);
  await until(async () => (await services.counted()) >= before + accepted, {
    timeoutMs: 120_000,
    everyMs: 200,
    message: 'the events to be in the totals',
  });
  return accepted;
}

async function attack(kit: Kit, services: Services): Promise<Row[]> {
  kit.progress('a flood of invented names');
  const requests = hostileRequests(kit.options['hostile']! / eventsInBatch);
  const accepted = await send(services.port, requests.length, requests, kit.signal);
  await wait(6_000, undefined, { signal: kit.signal });
  const rows = [row('T2', 'hostile events that were counted', accepted, '')];
  for (const name of ['gateway', 'telemetry'] as const) {
    const page = await (await fetch(services[name].metricsUrl)).text();
    const series = page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    rows.push(row('T2', `series of ${name} afterwards`, series, '', { max: 500 }));
    rows.push(row('T2', `its page`, page.length / 1_000_000, 'MB', { max: 1 }));
    rows.push(row('T2', `addresses on it`, page.split('@example.com').length - 1, '', { max: 0 }));
  }
  return rows;
}

/** CPU and not time: on a busy machine time is others'. */
async function scrape(services: Services): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of ['gateway', 'telemetry'] as const) {
    const before = cpuMsOf(services[name].pid);
    for (let at = 0; at < scrapes; at += 1) await (await fetch(services[name].metricsUrl)).text();
    const each = (cpuMsOf(services[name].pid) - before) / scrapes;
    rows.push(row('T1', `a scrape of ${name}, CPU`, each, 'ms', { max: 2 }));
  }
  return rows;
}

const cpuMs = ({ gateway, telemetry, redisPid }: Services, bare: BareIntake) => ({
  gateway: cpuMsOf(gateway.pid),
  telemetry: cpuMsOf(telemetry.pid),
  redis: cpuMsOf(redisPid),
  bare: cpuMsOf(bare.pid),
});

const rssMb = ({ gateway, telemetry }: Services) => rssMbOf(gateway.pid) + rssMbOf(telemetry.pid);
