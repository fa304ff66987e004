// What is done to a sync, each with the moment when it is over.
import type { Fault, GmailSimulator } from '@finito/gmail-simulator';
import type { World } from '../../bench/kit/world.ts';

/** Who is hurt. */
export interface Patient {
  world: World;
  simulator: GmailSimulator;
  email: string;
  mailboxId: string;
  wait: (seconds: number) => Promise<void>;
}

export interface Injury {
  name: string;
  /** What one time of it is. */
  what: string;
  /** Seconds from the end of one to the next. */
  everySeconds: number;
  /** Hurts once; resolves when the cause is gone. */
  hurt: (patient: Patient) => Promise<void> | void;
}

const outage: Fault = { effect: { status: 503 } };

export const injuries: Injury[] = [
  {
    name: 'worker killed',
    what: 'kill -9 of one of two workers, another begins at once',
    everySeconds: 5,
    async hurt({ world }) {
      // The one that has lived longest.
      const [worker] = world.workers;
      await worker?.stop({ signal: 'SIGKILL' });
      await world.startWorker({}, { kept: true });
    },
  },
  {
    name: 'Redis emptied',
    what: 'FLUSHALL',
    everySeconds: 3,
    hurt: ({ world }) => world.redis.flush(),
  },
  {
    name: 'Redis killed',
    what: 'kill -9 of Redis, which comes back empty',
    everySeconds: 5,
    hurt: ({ world }) => world.redis.crash(),
  },
  {
    name: 'Redis frozen',
    what: 'SIGSTOP of Redis for three seconds',
    everySeconds: 6,
    async hurt({ world, wait }) {
      world.redis.freeze();
      await wait(3);
      world.redis.thaw();
    },
  },
  {
    name: 'Postgres killed',
    what: 'kill -9 of Postgres, which recovers',
    everySeconds: 6,
    hurt: ({ world }) => world.postgres.crash(),
  },
  {
    name: 'Gmail away',
    what: 'every call 503 for four seconds',
    everySeconds: 8,
    async hurt({ simulator, wait }) {
      simulator.inject(outage);
      await wait(4);
      simulator.clearFaults();
    },
  },
  {
    name: 'history lost',
    what: 'Gmail forgets its history',
    everySeconds: 6,
    async hurt({ world, simulator, email }) {
      // A position that is lost within minutes is taken for Gmail's trouble, and waited for: this one is older.
      await world.pool.query("UPDATE sync_generations SET started_at = now() - interval '1 day'");
      simulator.account(email).expireHistory();
    },
  },
  {
    name: 'broken answers',
    what: 'five seconds of 5 % 503, 3 % cut off, 2 % reset, 1 % 429',
    everySeconds: 7,
    async hurt({ simulator, wait }) {
      simulator.inject({ match: { rate: 0.05 }, effect: { status: 503 } });
      simulator.inject({ match: { rate: 0.03 }, effect: { truncateJson: true } });
      simulator.inject({ match: { rate: 0.02 }, effect: { resetMidBody: true } });
      simulator.inject({
        match: { rate: 0.01 },
        effect: { status: 429, reason: 'rateLimitExceeded', retryAfter: 1 },
      });
      await wait(5);
      simulator.clearFaults();
    },
  },
];
