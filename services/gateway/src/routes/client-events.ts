import { createHash, randomUUID } from 'node:crypto';
import type { Db } from '@finito/db';
import { clientEventFault, clockSkew, countClientEvents, countedBatch, unknownFields } from '@finito/jobs';
import type { ClientEvent } from '@finito/jobs';
import type { ClientEventIntake } from '../client-event-intake.ts';
import { clientKey } from '../client-key.ts';
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
  return {
    async sendClientEvents({ body, request }) {
      const { events, refused, droppedFields } = sorted(body.events);
      metrics.clientEvents(refused.length, 'refused');
      metrics.clientEventFieldsDropped(droppedFields);
      if (events.length === 0) return { accepted: 0, refused, droppedFields };

      const receivedAt = Date.now();
      const key = clientKey(body.sessionId ?? addressKey(request.ip ?? ''), secret, receivedAt);
      const counts = countClientEvents(events, receivedAt, clockSkew(receivedAt, body.sentAt));
      const id = body.batchId === undefined ? randomUUID() : repeatableId(key, body.batchId);
      const outcome = await clientEvents.take(countedBatch({ id, receivedAt, clientKey: key }, counts));
      metrics.clientEvents(events.length, outcome);
      return { accepted: outcome === 'queued' ? events.length : 0, refused, droppedFields };
    },
    getClientEvents: async () => clientEventsSummaryOf(await db.clientEventHours.list(dayAgo())),
  };
}

function sorted(values: unknown[]) {
  const events: ClientEvent[] = [];
  const refused: { index: number; field: string }[] = [];
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
  return { events, refused, droppedFields };
}

/** Nobody can make another client's batch count as a repetition, and what a client wrote goes no further. */
function repeatableId(key: string, batchId: string): string {
  return createHash('sha256').update(`${key} ${batchId}`).digest('base64url').slice(0, 32);
}

const dayAgo = () => new Date(Date.now() - 86_400_000);
