// Stands in for `fetch-chunk.ts` in browser builds: whether Google's batch endpoint answers pages of other origins is
// not promised, and reading its answers is an eighth of the build.
import type { MessageOutcome } from './batch.ts';
import type { GetMessagesNeeds, GetMessagesOptions } from './get-messages.ts';
import { fetchOne } from './message-outcomes.ts';

export const canBatch = false;

export function fetchChunk(
  needs: GetMessagesNeeds,
  ids: readonly string[],
  options: GetMessagesOptions,
  signal: AbortSignal,
): Promise<MessageOutcome[]> {
  return Promise.all(ids.map((id) => fetchOne(needs, id, options, signal)));
}
