import { OverloadedError } from './errors.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { Middleware } from './request-locals.ts';

export interface Overload {
  /** Refuses a share of the requests while the event loop is late. Comes before whatever costs time. */
  shed: Middleware;
  /** How late the event loop has lately been, smoothed, in milliseconds. */
  lagMs(): number;
  stop(): void;
}

const sampleEveryMs = 25;
/** One pause, of the garbage collector or a large answer, is no overload, however long: several late turns are. */
const weightOfSample = 0.3;
const longestSampleMs = 190;
const longestStepMs = 25;
/**
 * A process that is late and has yet used less than so much of a processor waits for one, which others have: to refuse
 * anything would not give it any. A loop that has too much to do takes what there is.
 */
const busyShare = 0.25;
/** Nothing is refused below the first, everything above the second; the goal is a loop never later than 200 ms. */
const startMs = 60;
const allMs = 150;
/**
 * Monitoring, sign-in and the operator go on, or nobody could see what is wrong or get in to mend it; so do the page's
 * own files, which cost little and without which there is no page that could try again.
 */
const mayBeShed = /^\/api\/(?!(?:health|auth|admin)(?:\/|$))/;
/** A process that has just started compiles as it goes: it is slow, and not for long. */
const usualWarmUpMs = 2_000;

/**
 * Answers with 503 what there is no time for, early and cheaply, so that the rest is answered in good time. The share
 * grows with the lag, so that a process settles where it refuses just what is too much.
 */
export function createOverload({
  metrics,
  warmUpMs = usualWarmUpMs,
}: {
  metrics: Pick<GatewayMetrics, 'shed'>;
  /** Nothing is refused for so long: 2 s unless told. */
  warmUpMs?: number;
}): Overload {
  const isWarmAt = performance.now() + warmUpMs;
  let smoothed = 0;
  let busy = 0;
  let usedMs = cpuMs();
  let sampledAt = performance.now();
  let dueAt = performance.now() + sampleEveryMs;
  // Requests that came together are handled in one turn of the loop, in which no timer runs: their time counts at once.
  let turnMs = 0;
  let askedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const lateMs = Math.min(Math.max(0, now - dueAt), longestSampleMs);
    smoothed += weightOfSample * (lateMs - smoothed);
    busy = busyAt(now);
    usedMs = cpuMs();
    sampledAt = now;
    dueAt = now + sampleEveryMs;
    turnMs = 0;
    askedAt = now;
  }, sampleEveryMs).unref();

  function lagAt(now: number): number {
    turnMs += Math.min(now - askedAt, longestStepMs);
    askedAt = now;
    return Math.max(smoothed, turnMs);
  }

  /** The share of a processor that this process has had lately: what is longer ago counts for less. */
  function busyAt(now: number): number {
    const elapsedMs = Math.max(now - sampledAt, 1);
    const before = (1 - weightOfSample) ** (elapsedMs / sampleEveryMs);
    return before * busy + (1 - before) * ((cpuMs() - usedMs) / elapsedMs);
  }

  return {
    shed(request, _response, next) {
      const now = performance.now();
      const share = (lagAt(now) - startMs) / (allMs - startMs);
      if (share <= 0 || Math.random() >= share || now < isWarmAt) return next();
      if (!mayBeShed.test(request.path) || busyAt(now) < busyShare) return next();
      metrics.shed();
      next(new OverloadedError());
    },
    lagMs: () => smoothed,
    stop: () => clearInterval(timer),
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
