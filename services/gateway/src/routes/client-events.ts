import { createHash } from 'node:crypto';
import type { Db } from '@finito/db';
import { clientEventFault, clockSkew, countClientEvents, unknownFields } from '@finito/jobs';
import type { ClientEvent, ClientEventCounts, UnsentBatch } from '@finito/jobs';
import type { ClientEventIntake } from '../client-event-intake.ts';
import { createClientKeys } from '../client-keys.ts';
import { clientEventsSummaryOf } from '../client-events-summary.ts';
import type { Handlers } from '../handler.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { addressKey } from '../caller-key.ts';

export interface ClientEventNeeds {
  db: Pick<Db, 'clientEventHours'>;
  clientEvents: Pick<ClientEventIntake, 'take'>;
  metrics: GatewayMetrics;
  secret: string;
}

/** Events are read one by one: a bad one is refused by name of its field, and its neighbours count. */
export function clientEventRoutes({
  db,
  clientEvents,
  metrics,
  secret,
}: ClientEventNeeds): Pick<Handlers, 'sendClientEvents' | 'getClientEvents'> {
  const clientKey = createClientKeys(secret);
  return {
    // No longer than it is read is a batch held: hundreds wait for the queue at a time, and the heap would be swept for them.
    sendClientEvents({ body, request }) {
      const receivedAt = Date.now();
      const { counts, ...told } = counted(body.events, receivedAt, clockSkew(receivedAt, body.sentAt));
      metrics.clientEvents(told.refused.length, 'refused');
      metrics.clientEventFieldsDropped(told.droppedFields);
      if (counts.events === 0) return Promise.resolve({ accepted: 0, ...told });

      const key = clientKey(body.sessionId ?? addressKey(request.ip ?? ''), receivedAt);
      const id = body.batchId === undefined ? undefined : repeatableId(key, body.batchId);
      return queue({ id, receivedAt, clientKey: key, counts }, told);
    },
    getClientEvents: async () => clientEventsSummaryOf(await db.clientEventHours.list(dayAgo())),
  };

  async function queue(batch: UnsentBatch, told: Told) {
    const outcome = await clientEvents.take(batch);
    metrics.clientEvents(batch.counts.events, outcome);
    return { accepted: outcome === 'queued' ? batch.counts.events : 0, ...told };
  }
}

interface Told {
  refused: { index: number; field: string }[];
  droppedFields: number;
}

function counted(
  values: unknown[],
  receivedAt: number,
  skewMs: number,
): Told & { counts: ClientEventCounts } {
  const events: ClientEvent[] = [];
  const refused: Told['refused'] = [];
  let droppedFields = 0;
  for (let index = 0; index < values.length; index += 1) {
    const field = clientEventFault(values[index]);
    if (field !== undefined) {
      refused.push({ index, field });
      continue;
    }
    const event = values[index] as ClientEvent;
    events.push(event);
    droppedFields += unknownFields(event);
  }
  return { counts: countClientEvents(events, receivedAt, skewMs), refused, droppedFields };
}

/** Nobody can make another client's batch count as a repetition, and what a client wrote goes no further. */
function repeatableId(key: string, batchId: string): string {
  return createHash('sha256').update(`${key} ${batchId}`).digest('base64url').slice(0, 32);
}

const dayAgo = () => new Date(Date.now() - 86_400_000);
