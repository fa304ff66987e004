// The job `ingest-client-events`: one batch of what a client tells is added to the hours' totals. Telemetry lane.
//
// Run twice, also at once and in two processes: Redis knows the batch and nothing is added. Dead before Redis has
// counted: the queue delivers the batch again and it counts then. Dead after it: the totals are right; this
// process' counters for Prometheus and a warning may be short by that one batch. A batch that comes after the hours
// it belongs to are forgotten, as is the memory of its id, is dropped and counted as `expired`.
import type { ingestClientEvents, Payload } from '@finito/jobs';
import type { Anomalies } from './anomalies.ts';
import { countEvents } from './count-events.ts';
import type { HourlyTotals } from './hourly-totals.ts';
import type { TelemetryMetrics } from './metrics.ts';

export interface IngestNeeds {
  totals: Pick<HourlyTotals, 'add'>;
  metrics: Pick<TelemetryMetrics, 'batch' | 'events'>;
  anomalies: Pick<Anomalies, 'inBatch'>;
  retentionHours: number;
}

export function createIngestClientEvents({ totals, metrics, anomalies, retentionHours }: IngestNeeds) {
  return async ({
    batchId,
    receivedAt,
    clientKey,
    events,
  }: Payload<typeof ingestClientEvents>): Promise<void> => {
    const now = Date.now();
    if (receivedAt < now - retentionHours * 3_600_000) {
      metrics.batch('expired');
      return;
    }
    const counts = countEvents(events, Math.min(receivedAt, now));
    const isNew = await totals.add({ batchId, receivedAt, clientKey, hours: counts.hours });
    metrics.batch(isNew ? 'counted' : 'repeated');
    if (!isNew) return;
    metrics.events(events, counts);
    anomalies.inBatch(counts);
  };
}
