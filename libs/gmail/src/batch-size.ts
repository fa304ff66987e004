export interface BatchSize {
  /** Parts for the next batch, at most `maxParts`. */
  parts(maxParts: number): number;
  /** A whole batch was answered. */
  grow(): void;
  /** Gmail refused parts for their number or pace. */
  halve(): void;
  /** Gmail named the most it takes. */
  learnLimit(limit: number): void;
}

/** Google advises against more than 50, and its guides and users report refusals well below. */
const most = 50;
const least = 5;
const first = 25;

/** One more after a good batch, half after a refusal; per mailbox, for Google's concurrency limit is the user's. */
export function createBatchSize(): BatchSize {
  let limit = most;
  let size = first;
  return {
    parts: (maxParts) => Math.max(Math.min(Math.floor(size), maxParts, limit), 1),
    grow() {
      size = Math.min(size + 1, limit);
    },
    halve() {
      size = Math.max(size / 2, Math.min(least, limit));
    },
    learnLimit(named) {
      limit = Math.max(Math.min(named, most), 1);
      size = Math.min(size, limit);
    },
  };
}
