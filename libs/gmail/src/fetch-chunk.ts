import { BatchMissingError, batchRequest, BatchTooLargeError, isPaceRefusal } from './batch.ts';
import { pause } from './deadline.ts';
import type { BatchOptions, GetAllNeeds } from './get-all.ts';
import { errorOf, failed, readOne, type Named, type Outcome, type Read } from './reads.ts';

/** Whether this build knows batches. */
export const canBatch = true;

/** Never rejects but by an abort: whatever fails a request fails each of its reads. */
export async function fetchChunk<T extends Named>(
  needs: GetAllNeeds,
  reads: readonly Read<T>[],
  options: BatchOptions,
  signal: AbortSignal,
): Promise<Outcome<T>[]> {
  if (needs.batch.mode === 'off') return Promise.all(reads.map((read) => readOne(needs, read, signal)));
  try {
    return await fetchBatch(needs, reads, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // 'off' by now: another chunk, sent at the same time, was told so first.
    if (error instanceof BatchMissingError && needs.batch.mode !== 'on') needs.batch.mode = 'off';
    else if (error instanceof BatchTooLargeError && reads.length > 1) needs.batchSize.learnLimit(error.limit);
    else {
      if (isPaceRefusal(error)) needs.batchSize.halve();
      return failed(reads, error as Error);
    }
    return fetchInSmaller(needs, reads, options, signal);
  }
}

async function fetchInSmaller<T extends Named>(
  needs: GetAllNeeds,
  reads: readonly Read<T>[],
  options: BatchOptions,
  signal: AbortSignal,
): Promise<Outcome<T>[]> {
  // Halved at least, so that a server naming an odd limit cannot keep us here.
  const parts = Math.min(needs.batchSize.parts(options.maxParts ?? Infinity), Math.ceil(reads.length / 2));
  const outcomes: Outcome<T>[] = [];
  for (let start = 0; start < reads.length; start += parts) {
    outcomes.push(...(await fetchChunk(needs, reads.slice(start, start + parts), options, signal)));
  }
  return outcomes;
}

/** One batch; parts that failed for a passing reason are sent again alone, by the same rule as whole calls. */
async function fetchBatch<T extends Named>(
  { pipeline, retry, batchSize }: GetAllNeeds,
  reads: readonly Read<T>[],
  signal: AbortSignal,
): Promise<Outcome<T>[]> {
  const done: Outcome<T>[] = [];
  let wanted = reads;
  for (let retryCount = 0; ; retryCount += 1) {
    const outcomes = await pipeline.call(batchRequest(wanted), signal);
    const errors = outcomes.flatMap((outcome) => errorOf(outcome) ?? []);
    const refused = errors.find(isPaceRefusal);
    if (refused === undefined) batchSize.grow();
    else {
      batchSize.halve();
      pipeline.learn(refused);
    }
    const again = new Map<string, number>();
    for (const outcome of outcomes) {
      const next = 'error' in outcome ? retry.next(outcome.error, retryCount) : undefined;
      if (next === undefined) done.push(outcome);
      else again.set(outcome.id, next.waitMs);
    }
    if (again.size === 0) return done;
    await pause(Math.max(...again.values()), signal);
    wanted = wanted.filter(({ id }) => again.has(id));
  }
}
