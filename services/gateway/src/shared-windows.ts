import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { countInRedis } from './rate-limit-script.ts';
import type { CountInRedis, KeyCount } from './rate-limit-script.ts';
import { grainMs } from './sliding-windows.ts';
import type { WindowCount } from './sliding-windows.ts';

export interface SharedWindows {
  /** Undefined when Redis does not answer within the deadline; at once when it is known not to. */
  take(key: string, limit: number): Promise<WindowCount | undefined>;
  /** Whether what Redis says is the whole truth of the last window: nothing was lost and nothing is overdue. */
  isSound(): boolean;
  /** While Redis is away: asks it, now and then, whether it is back. */
  wake(): void;
  /** How many processes counted here within the last window, as far as is known. */
  processes(): number;
}

/** With the 40 ms that Redis has to answer, a request has its decision within 50 ms, one way or another. */
const behindMs = 5;
const probeEveryMs = 250;
/** Some 2 ms of Redis' time. */
const maxKeysInBatch = 500;

/**
 * Sliding windows in Redis that all processes share. What is asked in one turn of the event loop, or while an answer
 * is under way, goes in one round trip: the busier a process, the fewer round trips a request.
 */
export function createSharedWindows(
  redis: Redis,
  { prefix, windowMs, deadlineMs }: { prefix: string; windowMs: number; deadlineMs: number },
): SharedWindows {
  const processId = randomBytes(6).toString('hex');
  const line = createLine(countInRedis(redis, { prefix, windowMs, grainMs, processId }), deadlineMs);
  let queue: Batch = new Map();
  let isScheduled = false;
  let inFlight = 0;
  let sentAt = -Infinity;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    const send = () => {
      isScheduled = false;
      flush();
    };
    if (inFlight === 0) setImmediate(send);
    else setTimeout(send, Math.max(0, behindMs - (performance.now() - sentAt)));
  }

  function flush(): void {
    const batch = queue;
    queue = new Map();
    if (!line.isAnswering()) giveUp(batch);
    else if (batch.size > 0) void send(batch);
  }

  async function send(batch: Batch): Promise<void> {
    inFlight += 1;
    sentAt = performance.now();
    const asked = [...batch].map(([key, { limit, waiting }]) => ({ key, limit, wanted: waiting.length }));
    const counts = await line.count(asked);
    if (counts) handOut(batch, counts);
    else giveUp(batch);
    inFlight -= 1;
    flush();
  }

  return {
    take(key, limit) {
      if (!line.isAnswering()) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const asked = queue.get(key) ?? { limit, waiting: [] };
        asked.waiting.push(resolve);
        queue.set(key, asked);
        if (queue.size >= maxKeysInBatch) flush();
        else schedule();
      });
    },
    isSound: () => line.isAnswering() && performance.now() - line.lostAt() > windowMs,
    wake: line.wake,
    processes: line.processes,
  };
}

/** Redis behind a deadline: late is not lost, as what comes late was counted after all. */
function createLine(count: CountInRedis, deadlineMs: number) {
  let processes = 1;
  let overdue = 0;
  let isAway = false;
  /** When an answer was lost, or the time in which they were lost ended. */
  let lostAt = -Infinity;
  let probedAt = -Infinity;

  async function ask(asked: Parameters<CountInRedis>[0]): Promise<KeyCount[] | undefined> {
    try {
      const answer = await count(asked);
      if (isAway) lostAt = performance.now();
      isAway = false;
      ({ processes } = answer);
      return answer.counts;
    } catch {
      isAway = true;
      lostAt = performance.now();
      return undefined;
    }
  }

  return {
    async count(asked: Parameters<CountInRedis>[0]): Promise<KeyCount[] | undefined> {
      const answer = ask(asked);
      const inTime = await within(deadlineMs, answer);
      if (inTime !== 'late') return inTime;
      overdue += 1;
      void answer.finally(() => (overdue -= 1));
      return undefined;
    },
    isAnswering: () => !isAway && overdue === 0,
    lostAt: () => lostAt,
    processes: () => processes,
    wake(): void {
      if (!isAway || performance.now() - probedAt < probeEveryMs) return;
      probedAt = performance.now();
      void ask([]);
    },
  };
}

/** A busy event loop is not a silent Redis: at the deadline, what has arrived by then is read before it is judged. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => setImmediate(resolve, 'late' as const), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Batch = Map<string, Asked>;

interface Asked {
  limit: number;
  /** Everybody who asked for this key, in order. */
  waiting: ((count: WindowCount | undefined) => void)[];
}

function handOut(batch: Batch, counts: KeyCount[]): void {
  let i = 0;
  for (const { waiting } of batch.values()) {
    const { granted = 0, count = 0, resetMs = 0 } = counts[i++] ?? {};
    waiting.forEach((resolve, place) => {
      const allowed = place < granted;
      resolve({ allowed, count: allowed ? count - granted + place + 1 : count, resetMs });
    });
  }
}

function giveUp(batch: Batch): void {
  for (const { waiting } of batch.values()) {
    for (const resolve of waiting) resolve(undefined);
  }
}
