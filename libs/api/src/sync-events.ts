import { z } from 'zod';
import { mailboxId, messageId } from './ids.ts';
import { mailboxProgress } from './mailboxes.ts';

const ids = z.array(messageId);

/**
 * What `GET /api/sync/events` sends: the SSE event's name is `type`, its data the rest as JSON, its id goes back in
 * `Last-Event-ID`. `reset` says that some news cannot be told any more: read everything again.
 */
export const syncEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), mailboxId, progress: mailboxProgress }),
  z.object({ type: z.literal('message-stored'), mailboxId, ids }),
  z.object({ type: z.literal('message-changed'), mailboxId, ids }),
  z.object({ type: z.literal('message-gone'), mailboxId, ids }),
  z.object({ type: z.literal('reset') }),
  z.object({ type: z.literal('heartbeat') }),
]);

export type SyncEvent = z.infer<typeof syncEvent>;
export type SyncEventType = SyncEvent['type'];

export const syncEventTypes: readonly SyncEventType[] = [
  'progress',
  'message-stored',
  'message-changed',
  'message-gone',
  'reset',
  'heartbeat',
];

/** Reads one event of the stream; undefined when this version of the contract does not know it. */
export function parseSyncEvent(type: string, data: string): SyncEvent | undefined {
  try {
    const parsed = syncEvent.safeParse({ ...(JSON.parse(data) as object), type });
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
