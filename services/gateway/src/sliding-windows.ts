export interface WindowCount {
  allowed: boolean;
  /** How many were admitted within the window, this one included. */
  count: number;
  /** Until the oldest of them leaves the window. */
  resetMs: number;
}

export interface SlidingWindows {
  take(key: string, limit: number): WindowCount;
}

/** Admissions this close together leave the window together, with the last of them: a log stays short at any limit. */
export const grainMs = 60;

/**
 * Admits at most `limit` per key within any `windowMs`, counted in this process. Of more than `maxKeys` keys the one
 * that was used the longest time ago is forgotten.
 */
export function createSlidingWindows({
  windowMs,
  maxKeys,
  now = () => performance.now(),
}: {
  windowMs: number;
  maxKeys: number;
  now?: () => number;
}): SlidingWindows {
  const logs = new Map<string, Log>();
  return {
    take(key, limit) {
      const at = now();
      const log = logs.get(key) ?? { entries: [], sum: 0 };
      remember(logs, key, log, maxKeys);
      while (log.entries[0] && at - log.entries[0].at > windowMs) log.sum -= log.entries.shift()!.count;
      const allowed = log.sum < limit;
      if (allowed) admit(log, at);
      const resetMs = log.entries[0] ? log.entries[0].at + windowMs - at : windowMs;
      return { allowed, count: log.sum, resetMs };
    },
  };
}

/** Keeps at most `max` entries: of more, the one set the longest time ago goes. */
export function remember<Value>(map: Map<string, Value>, key: string, value: Value, max: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

interface Log {
  /** Oldest first. */
  entries: { at: number; count: number }[];
  sum: number;
}

function admit(log: Log, at: number): void {
  const last = log.entries.at(-1);
  if (last && Math.floor(last.at / grainMs) === Math.floor(at / grainMs)) {
    last.at = at;
    last.count += 1;
  } else {
    log.entries.push({ at, count: 1 });
  }
  log.sum += 1;
}
