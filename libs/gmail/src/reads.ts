import type { GmailRequest } from './exchange.ts';
import type { Pipeline } from './pipeline.ts';

/** The GET of a resource that has an id: a call of its own, or a part of a batch. */
export interface Read<T extends Named = Named> {
  id: string;
  request: GmailRequest<T>;
}

export interface Named {
  id: string;
}

export type Outcome<T> = { id: string; found: T } | { id: string; error: Error };

/** One resource by a call of its own. Rejects by an abort only. */
export async function readOne<T extends Named>(
  { pipeline }: { pipeline: Pipeline },
  { id, request }: Read<T>,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  try {
    return { id, found: await pipeline.call(request, signal) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { id, error: error as Error };
  }
}

export function failed(reads: readonly Read[], error: Error): { id: string; error: Error }[] {
  return reads.map(({ id }) => ({ id, error }));
}

export function errorOf(outcome: Outcome<unknown>): Error | undefined {
  return 'error' in outcome ? outcome.error : undefined;
}
