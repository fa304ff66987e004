// The job `ingest-client-events`: batches of what clients tell, counted by the gateway, are added to the hours' totals.
// Telemetry lane.
//
// Run twice, also at once and in two processes: Redis knows each batch and nothing is added. Dead before Redis has
// counted: the queue delivers the job again, and what was not counted counts then. Dead after it: the totals are right;
// this process' counters for Prometheus and a warning may be short by that one job. A batch that comes after the hours
// it belongs to are forgotten, as is the memory of its id, is dropped and counted as `expired`.
import { addUpBatches, countClientEvents } from '@finito/jobs';
import type { CountedBatch, ingestClientEvents, Payload } from '@finito/jobs';
import type { Anomalies } from './anomalies.ts';
import type { HourlyTotals } from './hourly-totals.ts';
import type { TelemetryMetrics } from './metrics.ts';

export interface IngestNeeds {
  totals: Pick<HourlyTotals, 'add'>;
  metrics: Pick<TelemetryMetrics, 'batches' | 'counted'>;
  anomalies: Pick<Anomalies, 'inBatch'>;
  retentionHours: number;
}

export function createIngestClientEvents({ totals, metrics, anomalies, retentionHours }: IngestNeeds) {
  return async (payload: Payload<typeof ingestClientEvents>): Promise<void> => {
    const oldest = Date.now() - retentionHours * 3_600_000;
    const batches = batchesOf(payload).filter(({ receivedAt, others = [] }) => {
      if (receivedAt < oldest) metrics.batches(1 + others.length, 'expired');
      return receivedAt >= oldest;
    });
    const isNew = await totals.add(batches);
    batches.forEach((batch, at) => {
      const senders = [batch, ...(batch.others ?? [])];
      metrics.batches(senders.length, isNew[at] ? 'counted' : 'repeated');
      if (!isNew[at]) return;
      metrics.counted(batch);
      for (const sender of senders) anomalies.inBatch(sender);
    });
  };
}

/** A gateway of the version before sent one batch a job, with its events. */
function batchesOf(payload: Payload<typeof ingestClientEvents>): CountedBatch[] {
  if ('batches' in payload) return payload.batches;
  const { batchId: id, receivedAt, clientKey, events } = payload;
  const counts = countClientEvents(events, Math.min(receivedAt, Date.now()));
  return addUpBatches([{ id, receivedAt, clientKey, counts }]);
}
