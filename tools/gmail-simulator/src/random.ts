export type Random = ReturnType<typeof createRandom>;

/** The same choices in each run of a seed. */
export function createRandom(seed: number) {
  let state = seed >>> 0;
  /** From 0 to below 1 (mulberry32). */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    /** A whole number, both ends included. */
    between,
    chance: (share: number) => next() < share,
    pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!,
    /** Several, each at most once, in a new order. */
    some<T>(items: readonly T[], count: number): T[] {
      const left = [...items];
      return Array.from(
        { length: Math.min(count, left.length) },
        () => left.splice(between(0, left.length - 1), 1)[0]!,
      );
    },
  };
}
