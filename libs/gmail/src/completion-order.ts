/**
 * Runs work that `next` hands out, at most `maxConcurrent` at once, and yields each result as it settles. When
 * the reader stops early nothing new is started; what runs is the caller's to abort.
 */
export async function* inCompletionOrder<T>(
  next: () => Promise<T> | undefined,
  maxConcurrent: number,
): AsyncGenerator<T, void, undefined> {
  const running = new Set<Promise<Settled<T>>>();
  for (;;) {
    while (running.size < maxConcurrent) {
      const work = next();
      if (work === undefined) break;
      // Settled into a value, so that work left behind by an early end is never an unhandled rejection.
      const settled: Promise<Settled<T>> = work.then(
        (value) => ({ value, settled }),
        (error: unknown) => ({ error, settled }),
      );
      running.add(settled);
    }
    if (running.size === 0) return;
    const first = await Promise.race(running);
    running.delete(first.settled);
    if ('error' in first) throw first.error;
    yield first.value;
  }
}

type Settled<T> =
  { value: T; settled: Promise<Settled<T>> } | { error: unknown; settled: Promise<Settled<T>> };
