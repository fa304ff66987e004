// Several processes' breakers over one real Redis. What each process's own breaker would find is reported by the test.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestRedis, until } from '@finito/testing';
import type { TestRedis } from '@finito/testing';
import { Redis } from 'ioredis';
import { createFleetBreaker, FleetBreakerUnavailableError } from '../src/index.ts';
import type { FleetBreaker, FleetBreakerEvent, FleetBreakerOptions, FleetState } from '../src/index.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await server.resume();
  for (const each of open.splice(0)) await each.close();
});

const resetTimeoutMs = 200;

/** A fleet of processes, each with a connection of its own. */
function aFleet(size: number, options: Partial<FleetBreakerOptions> = {}) {
  const projectKey = `project-${randomUUID()}`;
  return Array.from({ length: size }, () => aProcess({ projectKey, ...options }));
}

function aProcess(options: Partial<FleetBreakerOptions>) {
  const redis = new Redis(server.url, { maxRetriesPerRequest: 1, commandTimeout: 200 });
  redis.on('error', () => undefined);
  const events: FleetBreakerEvent[] = [];
  const breaker = createFleetBreaker({
    redis,
    projectKey: 'unused',
    id: randomUUID(),
    names: ['read', 'list'],
    resetTimeoutMs,
    pollMs: 40,
    timeoutMs: 100,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const heard: FleetState[] = [];
  breaker.listen((name, state) => name === 'read' && heard.push(state));
  open.push({
    async close() {
      await breaker.close();
      redis.disconnect();
    },
  });
  return Object.assign(breaker, { heard, events, redis });
}

/** Every process has called lately, as the fleet knows. */
async function called(fleet: FleetBreaker[]) {
  for (const each of fleet) await each.admit('read');
  await until(async () => (await fleet[0]!.list())[0]!.processes === fleet.length);
}

/** Asks until this process may probe. */
async function probeOf(process: FleetBreaker, name = 'read') {
  return until(async () => {
    const admission = await process.admit(name);
    return admission.kind === 'probe' ? admission : undefined;
  });
}

async function tripped(fleet: FleetBreaker[], votes = 2) {
  await called(fleet);
  for (const each of fleet.slice(0, votes)) each.report('read', 'open');
  await until(() => fleet.every((each) => each.state('read') === 'open'));
}

describe('the breaker of a fleet', () => {
  it('opens for all, within a poll, when a quorum has tripped; one alone stops nobody else', async () => {
    const fleet = aFleet(8);
    await called(fleet);
    fleet[0]!.report('read', 'open');
    await until(async () => (await fleet[1]!.list())[0]!.tripped === 1);
    expect(fleet.map((each) => each.state('read'))).toEqual(Array(8).fill('closed'));
    fleet[1]!.report('read', 'open');
    await until(() => fleet.every((each) => each.state('read') === 'open'), { timeoutMs: 1_000 });
    const admission = await fleet[7]!.admit('read');
    expect(admission).toMatchObject({ kind: 'refused' });
    expect(fleet[7]!.openForMs('read')).toBeGreaterThan(0);
    expect(await fleet[7]!.admit('list')).toEqual({ kind: 'pass' });
  });

  it('needs a quarter of a large fleet, and only the one process there is in a fleet of one', async () => {
    const [alone] = aFleet(1);
    alone!.report('read', 'open');
    await until(() => alone!.state('read') === 'open');
    const fleet = aFleet(12);
    await called(fleet);
    fleet.slice(0, 2).forEach((each) => each.report('read', 'open'));
    await until(async () => (await fleet[0]!.list())[0]!.tripped === 2);
    expect(fleet[11]!.state('read')).toBe('closed');
    fleet[2]!.report('read', 'open');
    await until(() => fleet[11]!.state('read') === 'open');
  });

  it('forgets the vote of a process that died, and of one that found Gmail well again', async () => {
    const fleet = aFleet(3);
    await called(fleet);
    fleet[0]!.report('read', 'open');
    await until(async () => (await fleet[1]!.list())[0]!.tripped === 1);
    fleet[0]!.report('read', 'closed');
    await fleet[0]!.close();
    await until(async () => (await fleet[1]!.list())[0]!.tripped === 0);
  });

  it('lets one call of the whole fleet through per reset period, and closes for all on its success', async () => {
    const fleet = aFleet(6);
    await tripped(fleet);
    let probes = 0;
    const ask = async (each: FleetBreaker) => {
      const admission = await each.admit('read');
      if (admission.kind === 'probe') probes += 1;
      return admission;
    };
    await until(() => fleet.every((each) => each.state('read') === 'half-open'));
    const admissions = await Promise.all(
      fleet.flatMap((each) => Array.from({ length: 30 }, () => ask(each))),
    );
    expect(probes).toBe(1);
    expect(admissions.filter(({ kind }) => kind === 'refused')).toHaveLength(179);
    const probe = admissions.find((each) => each.kind === 'probe');
    if (probe?.kind === 'probe') await probe.settle(true);
    await until(() => fleet.every((each) => each.state('read') === 'closed'));
    expect(fleet[5]!.heard.filter((state) => state !== 'half-open')).toEqual(['open', 'closed']);
  });

  it('makes at most one probe a reset period while Gmail stays away, whoever asks and however often', async () => {
    const fleet = aFleet(4);
    await tripped(fleet);
    const at: number[] = [];
    const end = Date.now() + 6 * resetTimeoutMs;
    await Promise.all(
      fleet.map(async (each) => {
        while (Date.now() < end) {
          const admission = await each.admit('read');
          if (admission.kind === 'probe') {
            at.push(Date.now());
            await admission.settle(false);
          }
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }),
    );
    const gaps = at.slice(1).map((time, index) => time - at[index]!);
    expect(at.length).toBeGreaterThan(1);
    expect(at.length).toBeLessThanOrEqual(6);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(resetTimeoutMs - 20);
  });

  it('paces the probes of all breakers together, until one of them finds Gmail alive: then each is tried at once', async () => {
    const fleet = aFleet(2, { resetTimeoutMs: 1_000, probeEveryMs: 400, names: ['read', 'list', 'write'] });
    await called(fleet);
    for (const each of fleet) for (const name of ['read', 'list', 'write']) each.report(name, 'open');
    await until(() => ['read', 'list', 'write'].every((name) => fleet[0]!.state(name) === 'half-open'));
    expect(fleet.map((each) => each.isOpenElsewhere('send'))).toEqual([true, true]);
    const first = await probeOf(fleet[0]!);
    const startedAt = Date.now();
    expect(await fleet[1]!.admit('list')).toMatchObject({ kind: 'refused' });
    const second = await probeOf(fleet[1]!, 'list');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(380);
    await first.settle(false);
    await second.settle(true);
    const third = await probeOf(fleet[0]!, 'write');
    const fourth = await probeOf(fleet[1]!);
    expect(Date.now() - startedAt).toBeLessThan(780);
    for (const probe of [third, fourth]) await probe.settle(true);
    await until(() => fleet.every((each) => !each.isOpenElsewhere('send')));
  });

  it('closes one that nobody asks for half a reset period after another has found Gmail alive', async () => {
    const fleet = aFleet(2);
    await tripped(fleet);
    fleet.forEach((each) => each.report('list', 'open'));
    await until(() => fleet.every((each) => each.state('list') !== 'closed'));
    await (await probeOf(fleet[0]!)).settle(true);
    expect(fleet[0]!.state('list')).toBe('half-open');
    await until(() => fleet.every((each) => each.state('list') === 'closed'), { timeoutMs: 2_000 });
    expect(await fleet[1]!.admit('list')).toEqual({ kind: 'pass' });
  });

  it('leaves one to its probe that is asked for, whatever another has found', async () => {
    const fleet = aFleet(2);
    await tripped(fleet);
    fleet.forEach((each) => each.report('list', 'open'));
    await until(() => fleet.every((each) => each.state('list') !== 'closed'));
    await (await probeOf(fleet[0]!)).settle(true);
    const probe = await probeOf(fleet[1]!, 'list');
    await until(async () => Date.now() - (await fleet[0]!.list())[1]!.since! > 4 * resetTimeoutMs);
    expect(fleet[0]!.state('list')).toBe('half-open');
    await probe.settle(false);
    await until(() => fleet[0]!.state('list') === 'open');
  });

  it('gives the lease of a prober that died to another after a reset period', async () => {
    const fleet = aFleet(2);
    await tripped(fleet);
    const lease = await probeOf(fleet[0]!);
    const next = await probeOf(fleet[1]!);
    // The first is late with bad news: the second holds the lease now.
    await lease.settle(false);
    expect((await fleet[1]!.list())[0]!.state).toBe('half-open');
    // Good news is good news from whomever.
    await lease.settle(true);
    await until(() => fleet[1]!.state('read') === 'closed');
    await next.settle(false);
    expect((await fleet[1]!.list())[0]!.state).toBe('closed');
  });
});

describe('an operator', () => {
  it('closes it everywhere within a second, also what only one process has tripped', async () => {
    const fleet = aFleet(4, { pollMs: undefined });
    await called(fleet);
    fleet[0]!.report('read', 'open');
    await until(async () => (await fleet[1]!.list())[0]!.tripped === 1);
    await fleet[3]!.reset('read');
    // It has not heard yet, and votes as before.
    fleet[0]!.report('list', 'open');
    await until(() => fleet.every(({ heard }) => heard.at(-1) === 'closed'), { timeoutMs: 1_000 });
    expect((await fleet[1]!.list())[0]).toMatchObject({ state: 'closed', tripped: 0 });
  });

  it('opens it everywhere for a time, and no probe’s good news overrules that', async () => {
    const fleet = aFleet(3, { resetTimeoutMs: 1_000 });
    await tripped(fleet);
    const probe = await probeOf(fleet[0]!);
    await fleet[1]!.forceOpen('read', 60_000);
    await probe.settle(true);
    await until(() => fleet.every((each) => each.openForMs('read') > 50_000));
    expect((await fleet[2]!.list())[0]).toMatchObject({ state: 'open', forced: true });
    await fleet[2]!.reset('read');
    await until(() => fleet.every((each) => each.state('read') === 'closed'));
  });

  it('is told when the fleet cannot be reached', async () => {
    const [alone] = aFleet(1);
    await server.pause();
    await expect(alone!.reset('read')).rejects.toThrow(FleetBreakerUnavailableError);
    await expect(alone!.list()).rejects.toThrow(FleetBreakerUnavailableError);
  });
});

describe('without Redis', () => {
  it('lets everything pass that is not known to be open', async () => {
    const [alone] = aFleet(1);
    await server.pause();
    await until(() => alone!.events.some(({ kind }) => kind === 'away'));
    expect(await alone!.admit('read')).toEqual({ kind: 'pass' });
    await server.resume();
    await until(() => alone!.events.some(({ kind }) => kind === 'back'));
  });

  it('probes by itself what it knows to be open, once per reset period, and believes what it finds', async () => {
    const fleet = aFleet(2);
    await tripped(fleet);
    await server.pause();
    const probe = await probeOf(fleet[0]!);
    expect(await fleet[0]!.admit('read')).toMatchObject({ kind: 'refused' });
    await probe.settle(false);
    expect(fleet[0]!.state('read')).toBe('open');
    const second = await probeOf(fleet[0]!);
    await second.settle(true);
    expect(fleet[0]!.state('read')).toBe('closed');
  });

  it('is closed for all by a Redis that forgot, and opens again by new votes', async () => {
    const fleet = aFleet(2, { resetTimeoutMs: 60_000 });
    await tripped(fleet);
    await server.flush();
    await until(() => fleet.every((each) => each.state('read') === 'closed'));
    await tripped(fleet);
  });
});
