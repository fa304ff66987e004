// Batches of client events with a known sum, delivered once or several times, while the processes that count them
// are killed and restarted.
import { setTimeout as sleep } from 'node:timers/promises';
import { addUpBatches, countClientEvents, createProducer, ingestClientEvents } from '@finito/jobs';
import type { ClientEvent, Producer, UnsentBatch } from '@finito/jobs';
import { createRandom } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import { Redis } from 'ioredis';
import { sum } from '../../bench/kit/rows.ts';
import type { Fleet } from '../kit/fleet.ts';
import { createEta } from '../kit/eta.ts';
import { inWard } from '../kit/in-ward.ts';
import type { RunKit } from '../kit/in-ward.ts';
import type { Ward } from '../sync/ward.ts';

export interface CountingSize {
  batches: number;
  /** Seconds from one kill or restart to the next. */
  every: number;
  seed: number;
}

export interface Counted {
  sent: number;
  counted: number;
  /** By type and by operation in error: how far each of the totals is from the truth, summed. */
  wrong: number;
  deliveries: number;
  kills: number;
  restarts: number;
}

const types = ['gmail_request', 'rate_limit', 'retry', 'error'] as const;
const eventsOfBatch = 50;

export function countEvents(kit: RunKit, { batches, every, seed }: CountingSize): Promise<Counted> {
  const settings = { CLIENT_EVENTS_SNAPSHOT_SECONDS: '1' };
  const options = { ...{ mailboxes: 1, messages: 1, timeFactor: 1, settings }, kinds: twoOfThem };
  return inWard(kit, options, async (ward, fleet) => {
    const trouble = makeTrouble(fleet, every);
    const { deliveries, truth } = await send(kit, ward, { batches, seed }).finally(trouble.stop);
    const sent = batches * eventsOfBatch;
    const { kills, restarts } = await trouble.stop();
    await until(async () => (await totals(ward)).events >= sent, {
      ...{ timeoutMs: 90_000, everyMs: 250, message: 'all events to be counted' },
    }).catch(() => undefined);
    // What is counted twice would come late.
    await sleep(2_000);
    const found = await totals(ward);
    const names = new Set([...truth.keys(), ...found.byName.keys()]);
    const wrong = [...names].map((name) => Math.abs((truth.get(name) ?? 0) - (found.byName.get(name) ?? 0)));
    return { sent, counted: found.events, wrong: sum(wrong), deliveries, kills, restarts };
  });
}

const twoOfThem = ['telemetry', 'telemetry'] as const;

type Sending = Omit<CountingSize, 'every'>;

async function send(kit: RunKit, { world }: Ward, options: Sending) {
  const redis = new Redis(world.redis.url, { commandTimeout: 5_000 });
  const jobs = createProducer({ redis, timeoutMs: 5_000 });
  try {
    return await sendAll(kit, jobs, options);
  } finally {
    await jobs.close();
    redis.disconnect();
  }
}

async function sendAll(kit: RunKit, jobs: Producer, { batches, seed }: Sending) {
  const random = createRandom(seed);
  const truth = new Map<string, number>();
  const tell = createEta(kit.progress, 'batches of events');
  let deliveries = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    kit.signal.throwIfAborted();
    const events = Array.from({ length: eventsOfBatch }, (): ClientEvent => {
      const type = random.pick(types);
      truth.set(type, (truth.get(type) ?? 0) + 1);
      return {
        type,
        timestamp: Date.now(),
        details: { operation: 'messages.get', latency: random.between(1, 900) },
      };
    });
    // Of two clients, which the gateway adds up.
    const payload = {
      batches: addUpBatches([unsent(events.slice(0, 20), batch), unsent(events.slice(20), batch + 1)]),
    };
    // The queue delivers at least once; here three times at most.
    const times = random.between(1, 3);
    for (let time = 0; time < times; time += 1) await jobs.enqueue(ingestClientEvents, payload);
    deliveries += times;
    tell(batch, batches, 'sent');
    await sleep(5);
  }
  return { deliveries, truth };
}

function unsent(events: ClientEvent[], client: number): UnsentBatch {
  const receivedAt = Date.now();
  const counts = countClientEvents(events, receivedAt);
  return { id: undefined, receivedAt, clientKey: `client-${client % 40}`, counts };
}

async function totals({ world }: Ward): Promise<{ events: number; byName: Map<string, number> }> {
  const byName = new Map<string, number>();
  const hours = await world.db.clientEventHours.list(new Date(Date.now() - 24 * 3_600_000));
  for (const { eventsByType } of hours) {
    for (const [type, count] of Object.entries(eventsByType))
      byName.set(type, (byName.get(type) ?? 0) + count);
  }
  return { events: sum(hours.map(({ totalEvents }) => totalEvents)), byName };
}

/** By turns kill -9, which loses what is in hand, and a restart as operators do it. */
function makeTrouble(fleet: Fleet, every: number) {
  const counts = { kills: 0, restarts: 0 };
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      await sleep(every * 1_000);
      const [oldest] = fleet.members;
      if (isOver || !oldest || fleet.members.size < twoOfThem.length) continue;
      if (counts.kills <= counts.restarts) {
        await fleet.kill(oldest);
        counts.kills += 1;
      } else {
        await fleet.restart(oldest);
        counts.restarts += 1;
      }
    }
  })();
  running.catch(() => undefined); // told by `stop`
  return {
    async stop() {
      isOver = true;
      await running;
      return counts;
    },
  };
}
