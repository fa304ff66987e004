// The same reads, from a process of its own, in calm and in each trouble by turns: both meet the same machine.
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@finito/testing';
import type { Fleet, Kind } from '../kit/fleet.ts';
import { inWard, workersOf } from '../kit/in-ward.ts';
import type { RunKit } from '../kit/in-ward.ts';
import { loadFrom } from '../kit/load-from.ts';
import type { LoadOutcome } from '../kit/load-from.ts';
import type { Asked } from '../kit/load.ts';
import { readersOf, readsOf } from '../kit/readers.ts';
import { untilAllLive } from '../kit/sync-all.ts';
import type { Ward } from '../sync/ward.ts';

export interface CalmSize {
  /** Of each turn. */
  seconds: number;
  turns: number;
  perSecond: number;
  mailboxes: number;
  messages: number;
  workers: number;
  timeFactor: number;
  only: number;
}

export interface Compared {
  trouble: string;
  /** One of each turn. */
  calm: LoadOutcome[];
  troubled: LoadOutcome[];
}

interface Scene {
  ward: Ward;
  fleet: Fleet;
  kit: RunKit;
  /** Mailboxes that nobody has connected yet, for each turn. */
  strangers: string[][];
}

interface Trouble {
  name: string;
  /** Resolves to what ends it. */
  begin(scene: Scene): Promise<() => Promise<void>>;
}

const killEveryMs = 3_000;

const troubles: Trouble[] = [
  {
    name: 'Gmail down',
    async begin({ ward: { simulator } }) {
      simulator.inject({ effect: { status: 503 } });
      return async () => simulator.clearFaults();
    },
  },
  {
    name: 'Redis frozen',
    async begin({ ward: { world } }) {
      world.redis.freeze();
      return async () => {
        world.redis.thaw();
        await sleep(2_000);
      };
    },
  },
  {
    name: 'first syncs going on',
    async begin({ ward: { world }, strangers }) {
      const ids = await Promise.all((strangers.shift() ?? []).map((email) => world.connect(email)));
      await until(
        async () => {
          const { rows } = await world.pool.query<{ n: number }>(
            'SELECT count(*)::int AS n FROM mailboxes WHERE id = ANY($1) AND stored > 0',
            [ids],
          );
          return rows[0]!.n === ids.length;
        },
        { timeoutMs: 60_000, everyMs: 200, message: 'first syncs to begin' },
      );
      return async () => {
        await world.pool.query('UPDATE mailboxes SET paused_at = now() WHERE id = ANY($1)', [ids]);
      };
    },
  },
  {
    name: 'a worker killed every 3 s',
    async begin({ fleet, kit }) {
      const over = new AbortController();
      const killing = (async () => {
        while (!over.signal.aborted) {
          const [worker] = fleet.of('gmail-worker');
          if (worker) await fleet.kill(worker);
          await sleep(killEveryMs, undefined, { signal: AbortSignal.any([over.signal, kit.signal]) });
        }
      })().catch(() => undefined);
      return async () => {
        over.abort();
        await killing;
      };
    },
  },
];

/** `mailboxes` of which a third is not connected until its first syncs are the trouble. */
export function readInTrouble(kit: RunKit, size: CalmSize): Promise<Compared[]> {
  const { mailboxes, messages, timeFactor, workers } = size;
  const kinds: Kind[] = workersOf(workers);
  const ward = { mailboxes, messages, timeFactor, settings: { SYNC_POLL_SECONDS: '2' } };
  return inWard(kit, { ...ward, kinds }, async (opened, fleet) => {
    const { world, emails } = opened;
    const each = Math.max(1, Math.floor(mailboxes / 3 / size.turns));
    const known = emails.slice(0, mailboxes - each * size.turns);
    const strangers = Array.from({ length: size.turns }, (_, turn) =>
      emails.slice(known.length + turn * each, known.length + (turn + 1) * each),
    );
    const { url } = await fleet.start('gateway', {
      // Counted as in production, and never reached.
      RATELIMIT_DISABLED: 'false',
      RATELIMIT_GENERAL_LIMIT: '10000000',
    });
    const mailboxIds = await Promise.all(known.map((email) => world.connect(email)));
    await untilAllLive(opened, { kit, name: 'before', withinSeconds: 900, mailboxIds });
    const requests = readsOf(await readersOf(world, { url, mailboxIds }));
    const read = (seconds: number) => readFor({ url, requests, seconds, perSecond: size.perSecond });
    await read(size.seconds);
    const compared: Compared[] = [];
    for (const [index, trouble] of troubles.entries()) {
      if (size.only !== 0 && size.only !== index + 1) continue;
      const found: Compared = { trouble: trouble.name, calm: [], troubled: [] };
      for (let turn = 1; turn <= size.turns; turn += 1) {
        kit.signal.throwIfAborted();
        kit.progress(`${trouble.name}, turn ${turn} of ${size.turns}`);
        found.calm.push(await read(size.seconds));
        const end = await trouble.begin({ ward: opened, fleet, kit, strangers });
        found.troubled.push(await read(size.seconds).finally(end));
      }
      compared.push(found);
    }
    return compared;
  });
}

interface Reading {
  url: string;
  requests: Asked[];
  seconds: number;
  perSecond: number;
}

async function readFor({ url, requests, seconds, perSecond }: Reading): Promise<LoadOutcome> {
  const load = await loadFrom({ origin: url, perSecond, requests });
  try {
    await sleep(seconds * 1_000);
    return await load.stop();
  } finally {
    await load.kill();
  }
}
