import { DelayedError, UnrecoverableError, Worker } from 'bullmq';
import type { Job as BullJob } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Job, Payload } from './define-job.ts';
import { dueAt, noteDueAt } from './due-at.ts';
import { causeOf } from './job-cause.ts';
import { parsePayload } from './parse-payload.ts';
import { queuePrefix } from './queue-prefix.ts';

export interface JobContext {
  /** Aborted when the process shuts down: finish the step in hand, then return. */
  signal: AbortSignal;
  /** Failed tries so far. */
  attempt: number;
  jobId: string;
}

/** `againInMs`: the job is not done; it comes back by itself, and no try is spent. */
export type JobResult = void | { againInMs: number };

export type Handler<J extends Job> = (payload: Payload<J>, context: JobContext) => Promise<JobResult>;

export interface JobOutcome {
  job: string;
  outcome: 'done' | 'again' | 'retry' | 'failed';
  durationMs: number;
  /** From the moment the job was due to its start. */
  waitMs: number;
  error?: unknown;
}

export interface Consumer {
  /** Takes no new job, aborts the signal, waits for the handlers in hand; at most `graceMs`. */
  close(graceMs?: number): Promise<void>;
  /** False while Redis is out of reach. */
  isRunning(): boolean;
}

/**
 * Measured (research/reliability.md F1–F4): with BullMQ's defaults a dead worker is noticed after
 * 59 s and its job fails at the second death. With these it is taken over in about 5 s, any number
 * of times; crashes are counted per message in Postgres instead.
 */
const crashSafety = { lockDuration: 5_000, stalledInterval: 1_000, maxStalledCount: 1_000_000 };

/** Delivery is at least once: a handler that lost its lock runs beside its successor, so writes are fenced. */
export function createConsumer<J extends Job>(
  job: J,
  handler: Handler<J>,
  {
    redis,
    prefix = queuePrefix,
    concurrency = job.concurrency,
    onOutcome = () => undefined,
    inSpan = (_cause, work) => work(),
  }: {
    redis: Redis;
    prefix?: string;
    concurrency?: number;
    onOutcome?: (outcome: JobOutcome) => void;
    /** Runs a handler as a part of what caused its job, told as W3C writes it. */
    inSpan?: <T>(cause: string | undefined, work: () => Promise<T>) => Promise<T>;
  },
): Consumer {
  const stopping = new AbortController();

  async function process(bullJob: BullJob, token?: string): Promise<void> {
    const startedAt = Date.now();
    const wasDueAt = dueAt(bullJob);
    const timing = () => ({
      job: job.name,
      durationMs: Date.now() - startedAt,
      waitMs: Math.max(0, startedAt - wasDueAt),
    });
    let result: { againInMs?: number } | void;
    try {
      const payload = parsePayload(job, bullJob.data);
      const context = {
        signal: stopping.signal,
        attempt: bullJob.attemptsMade,
        jobId: bullJob.id ?? '',
      };
      result = await inSpan(causeOf(bullJob.data), () => handler(payload, context));
    } catch (error) {
      const { retryable = true, retryAfterMs } = failureOf(error);
      if (retryable && retryAfterMs !== undefined) {
        onOutcome({ ...timing(), outcome: 'again', error });
        return delay(bullJob, retryAfterMs, token);
      }
      const last = !retryable || bullJob.attemptsMade + 1 >= job.attempts;
      onOutcome({ ...timing(), outcome: last ? 'failed' : 'retry', error });
      if (!last) await noteDueAt(bullJob, Date.now() + job.backoffMs * 2 ** bullJob.attemptsMade);
      // Only the name goes to Redis: a message may quote what a job must not carry.
      const reason = error instanceof Error ? error.name : 'unknown error';
      throw retryable ? new Error(reason) : new UnrecoverableError(reason);
    }
    // A function of no value may return one all the same, and that must not bring the job back for ever.
    const againInMs = (result ?? {}).againInMs;
    onOutcome({ ...timing(), outcome: againInMs === undefined ? 'done' : 'again' });
    if (againInMs !== undefined && againInMs <= (job.longestDelayMs ?? Infinity)) {
      return delay(bullJob, againInMs, token);
    }
  }

  const worker = new ConsumingWorker(job.name, process, {
    connection: redis as never,
    prefix,
    concurrency,
    ...crashSafety,
    drainDelay: 5,
    // Its version check stays on: not knowing Redis' version BullMQ waits whole seconds for a delayed job (measured).
  });
  worker.on('error', () => undefined); // ioredis' own listener reports a lost connection

  return {
    isRunning: () => worker.isRunning(),
    async close(graceMs = 8_000) {
      stopping.abort();
      // `worker.close()` never returns once Redis was down (measured), so it is given a deadline.
      await Promise.race([worker.close(), new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
      worker.letGo();
    },
  };
}

class ConsumingWorker extends Worker {
  /** Renews no lock any more: left running by a close that never returns, its timer would keep the process alive. */
  letGo(): void {
    void this.lockManager.close();
  }
}

async function delay(bullJob: BullJob, againInMs: number, token?: string): Promise<never> {
  const againAt = Date.now() + Math.max(1, Math.ceil(againInMs));
  await noteDueAt(bullJob, againAt);
  await bullJob.moveToDelayed(againAt, token);
  throw new DelayedError();
}

/** Errors speak by shape (docs/adr/0005): what is not said is retryable, with no opinion on when. */
function failureOf(error: unknown): { retryable?: boolean; retryAfterMs?: number } {
  return typeof error === 'object' && error !== null ? error : {};
}
