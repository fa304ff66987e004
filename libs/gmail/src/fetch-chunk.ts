import {
  BatchMissingError,
  batchRequest,
  BatchTooLargeError,
  isPaceRefusal,
  type MessageOutcome,
} from './batch.ts';
import { pause } from './deadline.ts';
import type { GetMessagesNeeds, GetMessagesOptions } from './get-messages.ts';
import { errorOf, failed, fetchOne } from './message-outcomes.ts';

/** Whether this build knows batches. */
export const canBatch = true;

/** Never rejects but by an abort: whatever fails a request fails each of its ids. */
export async function fetchChunk(
  needs: GetMessagesNeeds,
  ids: readonly string[],
  options: GetMessagesOptions,
  signal: AbortSignal,
): Promise<MessageOutcome[]> {
  if (needs.batch.mode === 'off') return Promise.all(ids.map((id) => fetchOne(needs, id, options, signal)));
  try {
    return await fetchBatch(needs, ids, options, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // 'off' by now: another chunk, sent at the same time, was told so first.
    if (error instanceof BatchMissingError && needs.batch.mode !== 'on') needs.batch.mode = 'off';
    else if (error instanceof BatchTooLargeError && ids.length > 1) needs.batchSize.learnLimit(error.limit);
    else {
      if (isPaceRefusal(error)) needs.batchSize.halve();
      return failed(ids, error as Error);
    }
    return fetchInSmaller(needs, ids, options, signal);
  }
}

async function fetchInSmaller(
  needs: GetMessagesNeeds,
  ids: readonly string[],
  options: GetMessagesOptions,
  signal: AbortSignal,
): Promise<MessageOutcome[]> {
  // Halved at least, so that a server naming an odd limit cannot keep us here.
  const parts = Math.min(needs.batchSize.parts(options.maxParts ?? Infinity), Math.ceil(ids.length / 2));
  const outcomes: MessageOutcome[] = [];
  for (let start = 0; start < ids.length; start += parts) {
    outcomes.push(...(await fetchChunk(needs, ids.slice(start, start + parts), options, signal)));
  }
  return outcomes;
}

/** One batch; parts that failed for a passing reason are sent again alone, by the same rule as whole calls. */
async function fetchBatch(
  { pipeline, retry, batchSize }: GetMessagesNeeds,
  ids: readonly string[],
  options: GetMessagesOptions,
  signal: AbortSignal,
): Promise<MessageOutcome[]> {
  const done: MessageOutcome[] = [];
  let wanted = ids;
  for (let retryCount = 0; ; retryCount += 1) {
    const outcomes = await pipeline.call(batchRequest(wanted, options), signal);
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
    wanted = [...again.keys()];
  }
}
