// Most batches have no id of their client's, so only the queue can deliver them again. Those that leave together are added
// up first and travel as one under one id: they come as one, however often they come.
import { randomUUID } from 'node:crypto';
import { addCounts, namedCounts } from './client-event-fields.ts';
import type { ClientEventCounts } from './count-client-events.ts';
import type { BatchSender, CountedBatch } from './counted-batch.ts';

/** A batch as it was counted. Without an id its client cannot send it again. */
export interface UnsentBatch {
  id: string | undefined;
  receivedAt: number;
  clientKey: string;
  counts: ClientEventCounts;
}

/** What batches become on their way; their counts are used up by it. */
export function addUpBatches(batches: readonly UnsentBatch[]): CountedBatch[] {
  return Object.values(Object.groupBy(batches, nameOf)).map((group = []) => travelling(group));
}

/** Only batches that count in the same hours are added up: each hour knows whose events it has. */
function nameOf({ id, counts }: UnsentBatch, at: number): string {
  return id === undefined ? [...counts.hours.keys()].sort().join() : `batch ${at}`;
}

function travelling([first, ...rest]: UnsentBatch[]): CountedBatch {
  const { id = randomUUID(), receivedAt, counts } = first!;
  for (const { counts: more } of rest) {
    for (const [hour, fields] of more.hours) addCounts(counts.hours.get(hour)!, fields);
    counts.moved.old += more.moved.old;
    counts.moved.future += more.moved.future;
  }
  return {
    ...{ id, receivedAt, moved: counts.moved, ...senderOf(first!) },
    hours: Array.from(counts.hours, ([hour, fields]) => [hour, namedCounts(fields)]),
    ...(rest.length > 0 && { others: rest.map(senderOf) }),
  };
}

function senderOf({ clientKey, counts: { events, errors, breakerTrips } }: UnsentBatch): BatchSender {
  return { clientKey, events, errors, breakerTrips };
}
