// Stands in for `fetch-chunk.ts` in browser builds: whether Google's batch endpoint answers pages of other origins is
// not promised, and reading its answers is an eighth of the build.
import type { BatchOptions, GetAllNeeds } from './get-all.ts';
import { readOne, type Named, type Outcome, type Read } from './reads.ts';

export const canBatch = false;

export function fetchChunk<T extends Named>(
  needs: GetAllNeeds,
  reads: readonly Read<T>[],
  _options: BatchOptions,
  signal: AbortSignal,
): Promise<Outcome<T>[]> {
  return Promise.all(reads.map((read) => readOne(needs, read, signal)));
}
