import type { BatchSize } from './batch-size.ts';
import { inCompletionOrder } from './completion-order.ts';
import { GmailAccessRevokedError } from './errors.ts';
import type { Pipeline } from './pipeline.ts';
import { errorOf, failed, type Named, type Outcome, type Read } from './reads.ts';
import type { RetryPolicy } from './retry.ts';
import { fetchChunk } from '#fetch-chunk';

export type BatchMode = 'on' | 'off' | 'auto';

/** How many are asked for at once. */
export interface BatchOptions {
  /** HTTP requests under way at once for this list; default 2 with batches, the mailbox's concurrency without. */
  maxConcurrent?: number;
  /** Most parts of one batch, default 50. Google counts every part as a concurrent request of the user. */
  maxParts?: number;
}

export interface GetAllNeeds {
  pipeline: Pipeline;
  retry: RetryPolicy;
  batchSize: BatchSize;
  concurrency: number;
  /** Process-wide: one 404 of the batch endpoint settles it for all mailboxes. */
  batch: { mode: BatchMode };
}

/**
 * Reads resources of one kind and yields exactly one outcome per id, as they arrive. Ends early only by an abort,
 * which it throws. After GmailAccessRevokedError the rest is not asked for.
 */
export async function* getAll<T extends Named>(
  needs: GetAllNeeds,
  reads: readonly Read<T>[],
  options: BatchOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<Outcome<T>, void, undefined> {
  const { batch, batchSize, concurrency } = needs;
  const leaving = new AbortController();
  const onAbort = () => leaving.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let start = 0;
  let revoked: Error | undefined;

  const next = (): Promise<Outcome<T>[]> | undefined => {
    if (start >= reads.length) return undefined;
    const parts = batch.mode === 'off' ? 1 : batchSize.parts(options.maxParts ?? Infinity);
    const chunk = reads.slice(start, start + (revoked === undefined ? parts : reads.length));
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
