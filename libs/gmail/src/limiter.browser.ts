// Stands in for `limiter.ts` in browser builds: the same rules in a tenth of p-queue's size. Both pass one set of tests.
import type { Limiter, LimiterOptions } from './limiter.ts';

export function createLimiter({ concurrency, intervalCap, intervalMs = 1_000 }: LimiterOptions): Limiter {
  const waiting: (() => void)[] = [];
  /** Of the latest starts, as many as the cap; empty without one. */
  const startedAt: number[] = [];
  let pending = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function startNext(): void {
    while (waiting.length > 0 && pending < concurrency && mayStart()) {
      pending += 1;
      waiting.shift()!();
    }
  }

  /** No window of the interval's length, wherever it begins, sees more starts than the cap. */
  function mayStart(): boolean {
    if (intervalCap === undefined) return true;
    const now = performance.now();
    while (startedAt[0] !== undefined && startedAt[0] <= now - intervalMs) startedAt.shift();
    if (startedAt.length >= intervalCap) {
      timer ??= setTimeout(goOn, Math.ceil(startedAt[0]! + intervalMs - now));
      return false;
    }
    startedAt.push(now);
    return true;
  }

  function goOn(): void {
    timer = undefined;
    startNext();
  }

  return {
    run(action, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      return new Promise((resolve, reject) => {
        let isOver = false;
        const end = () => {
          if (isOver) return;
          isOver = true;
          signal?.removeEventListener('abort', onAbort);
          const place = waiting.indexOf(start);
          if (place >= 0) waiting.splice(place, 1);
          else pending -= 1;
          startNext();
        };
        const onAbort = () => {
          reject(signal?.reason);
          end();
        };
        const start = () => {
          action().then(resolve, reject).finally(end);
        };
        signal?.addEventListener('abort', onAbort);
        waiting.push(start);
        startNext();
      });
    },
    size: () => waiting.length,
    pending: () => pending,
  };
}
