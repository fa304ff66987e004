import { OverloadedError } from './errors.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { Middleware } from './request-locals.ts';

export interface Overload {
  /** Refuses a share of the requests while the event loop is late. Comes before whatever costs time. */
  shed: Middleware;
  /** How late the event loop is at present, smoothed, in milliseconds. */
  lagMs(): number;
  stop(): void;
}

const sampleEveryMs = 25;
/** One pause, of the garbage collector or a large answer, is no overload: several late turns are. */
const weightOfSample = 0.3;
/** Nothing is refused below the first, everything above the second; the goal is a loop never later than 200 ms. */
const startMs = 60;
const allMs = 150;
/** Monitoring and sign-in go on, or nobody could see what is wrong or get in to mend it. */
const neverShed = /^\/api\/(health|auth)(\/|$)/;

/**
 * Answers with 503 what there is no time for, early and cheaply, so that the rest is answered in good time. The share
 * grows with the lag, so that a process settles where it refuses just what is too much.
 */
export function createOverload({ metrics }: { metrics: Pick<GatewayMetrics, 'shed'> }): Overload {
  let lag = 0;
  let dueAt = performance.now() + sampleEveryMs;
  const timer = setInterval(() => {
    const now = performance.now();
    lag += weightOfSample * (Math.max(0, now - dueAt) - lag);
    dueAt = now + sampleEveryMs;
  }, sampleEveryMs).unref();

  return {
    shed(request, _response, next) {
      const share = (lag - startMs) / (allMs - startMs);
      if (share <= 0 || Math.random() >= share || neverShed.test(request.path)) return next();
      metrics.shed();
      next(new OverloadedError());
    },
    lagMs: () => lag,
    stop: () => clearInterval(timer),
  };
}
