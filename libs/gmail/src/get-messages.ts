import {
  BatchMissingError,
  batchRequest,
  BatchTooLargeError,
  isPaceRefusal,
  type MessageOutcome,
} from './batch.ts';
import type { BatchSize } from './batch-size.ts';
import { inCompletionOrder } from './completion-order.ts';
import { pause } from './deadline.ts';
import { GmailAccessRevokedError } from './errors.ts';
import { messageRequest, type MessageOptions } from './message-request.ts';
import type { Pipeline } from './pipeline.ts';
import type { RetryPolicy } from './retry.ts';

export type BatchMode = 'on' | 'off' | 'auto';

export interface GetMessagesOptions extends MessageOptions {
  /** HTTP requests under way at once for this list; default 2 with batches, the mailbox's concurrency without. */
  maxConcurrent?: number;
  /** Most parts of one batch, default 50. Google counts every part as a concurrent request of the user. */
  maxParts?: number;
}

export interface GetMessagesNeeds {
  pipeline: Pipeline;
  retry: RetryPolicy;
  batchSize: BatchSize;
  concurrency: number;
  /** Process-wide: one 404 of the batch endpoint settles it for all mailboxes. */
  batch: { mode: BatchMode };
}

/**
 * Fetches messages and yields exactly one outcome per id, as they arrive. Ends early only by an abort, which it
 * throws. After GmailAccessRevokedError the rest is not asked for.
 */
export async function* getMessages(
  needs: GetMessagesNeeds,
  ids: readonly string[],
  options: GetMessagesOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<MessageOutcome, void, undefined> {
  const { batch, batchSize, concurrency } = needs;
  const leaving = new AbortController();
  const onAbort = () => leaving.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let start = 0;
  let revoked: Error | undefined;

  const next = () => {
    if (start >= ids.length) return undefined;
    const parts = batch.mode === 'off' ? 1 : batchSize.parts(options.maxParts ?? Infinity);
    const chunk = ids.slice(start, start + (revoked === undefined ? parts : ids.length));
    start += chunk.length;
    if (revoked !== undefined) return Promise.resolve(failed(chunk, revoked));
    return fetchChunk(needs, chunk, options, leaving.signal);
  };

  try {
    const maxConcurrent = options.maxConcurrent ?? (batch.mode === 'off' ? concurrency : 2);
    for await (const outcomes of inCompletionOrder(next, maxConcurrent)) {
      revoked ??= outcomes.map(errorOf).find((error) => error instanceof GmailAccessRevokedError);
      yield* outcomes;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    leaving.abort();
  }
}

/** Never rejects but by an abort: whatever fails a request fails each of its ids. */
async function fetchChunk(
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

async function fetchOne(
  { pipeline }: GetMessagesNeeds,
  id: string,
  options: GetMessagesOptions,
  signal: AbortSignal,
): Promise<MessageOutcome> {
  try {
    return { id, message: await pipeline.call(messageRequest(id, options), signal) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { id, error: error as Error };
  }
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

function failed(ids: readonly string[], error: Error): MessageOutcome[] {
  return ids.map((id) => ({ id, error }));
}

function errorOf(outcome: MessageOutcome): Error | undefined {
  return 'error' in outcome ? outcome.error : undefined;
}
