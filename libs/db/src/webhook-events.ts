import type { Pool, PoolClient } from 'pg';
import { messageIdFrom } from './ids.ts';

/** `message-stored` is written by the statement that stores (store-messages.ts). */
export type MessageEvent = 'message-changed' | 'message-gone';

/** Many more ids in one event than one page of mail make it long to send and to read. */
const idsPerEvent = 500;

/**
 * Writes down what the webhooks are to be told of a mailbox's messages, in the transaction that makes it true: what is
 * committed is told, and nothing else. Without webhooks it writes nothing.
 */
export async function recordEvent(
  client: Pool | PoolClient,
  mailboxId: string,
  type: MessageEvent,
  gmailIds: string[],
): Promise<void> {
  if (gmailIds.length === 0) return;
  const payloads: string[] = [];
  for (let i = 0; i < gmailIds.length; i += idsPerEvent) {
    const ids = gmailIds.slice(i, i + idsPerEvent).map((gmailId) => messageIdFrom(mailboxId, gmailId));
    payloads.push(JSON.stringify({ mailboxId, ids }));
  }
  await client.query(
    `INSERT INTO webhook_deliveries (webhook_id, event_id, type, payload)
     SELECT w.id, 'evt_' || replace(gen_random_uuid()::text, '-', ''), $2, payload
     FROM webhooks w JOIN mailboxes m ON m.id = $1 AND (w.user_id IS NULL OR w.user_id = m.user_id)
     CROSS JOIN unnest($3::jsonb[]) AS payload
     WHERE w.disabled_at IS NULL AND $2 = ANY(w.events)`,
    [mailboxId, type, payloads],
  );
}
