import type { MessageOutcome } from './batch.ts';
import type { GetMessagesNeeds, GetMessagesOptions } from './get-messages.ts';
import { messageRequest } from './message-request.ts';

/** One message by a call of its own. Rejects by an abort only. */
export async function fetchOne(
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

export function failed(ids: readonly string[], error: Error): MessageOutcome[] {
  return ids.map((id) => ({ id, error }));
}

export function errorOf(outcome: MessageOutcome): Error | undefined {
  return 'error' in outcome ? outcome.error : undefined;
}
