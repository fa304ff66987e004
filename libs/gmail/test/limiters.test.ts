// Node's limiter (p-queue) and the browser's keep the same rules.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLimiter as forBrowsers } from '../src/limiter.browser.ts';
import { createLimiter as forNode } from '../src/limiter.ts';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([
  ['Node', forNode],
  ['browsers', forBrowsers],
])('the limiter for %s', (_title, createLimiter) => {
  it('runs in order, never more at once than allowed, and gives back what the action gave', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 }),
        async (concurrency, works) => {
          const limiter = createLimiter({ concurrency });
          const started: number[] = [];
          let running = 0;
          const results = works.map((ms, index) =>
            limiter.run(async () => {
              started.push(index);
              running += 1;
              expect(running).toBeLessThanOrEqual(concurrency);
              expect(limiter.pending()).toBeLessThanOrEqual(concurrency);
              await sleep(ms);
              running -= 1;
              if (ms === 3) throw new Error(`no ${index}`);
              return index;
            }, undefined),
          );
          const ends = await Promise.allSettled(results);
          expect(started).toEqual(works.map((_, index) => index));
          expect(ends.map((end) => end.status)).toEqual(
            works.map((ms) => (ms === 3 ? 'rejected' : 'fulfilled')),
          );
          await sleep(0);
          expect([limiter.size(), limiter.pending()]).toEqual([0, 0]);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('starts no more within any interval than its cap, also across the seam of two', async () => {
    const intervalMs = 60;
    const limiter = createLimiter({ concurrency: 10, intervalCap: 3, intervalMs });
    const startedAt: number[] = [];
    const run = () => limiter.run(async () => void startedAt.push(performance.now()), undefined);
    const first = run();
    await sleep(intervalMs - 20);
    await Promise.all([first, ...Array.from({ length: 10 }, run)]);
    expect(startedAt).toHaveLength(11);
    startedAt
      .slice(3)
      .forEach((at, index) => expect(at - startedAt[index]!).toBeGreaterThanOrEqual(intervalMs - 2));
  });

  it('lets an aborted call go at once, whether it waits or runs, and uses its place', async () => {
    const limiter = createLimiter({ concurrency: 1 });
    const leave = new AbortController();
    const running = limiter.run(() => new Promise(() => undefined), leave.signal);
    const waiting = limiter.run(async () => 'never', leave.signal);
    const other = limiter.run(async () => 'other', undefined);
    leave.abort(new Error('left'));
    await expect(running).rejects.toThrow('left');
    await expect(waiting).rejects.toThrow('left');
    await expect(other).resolves.toBe('other');
    await expect(limiter.run(async () => 'never', leave.signal)).rejects.toThrow('left');
  });
});
