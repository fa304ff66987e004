// Redis counts, Postgres remembers: every few seconds one of the processes saves the totals of the hours that are
// kept. Two at once do no harm, for what is saved never shrinks; one that dies is replaced when its turn runs out,
// and its successor saves all hours again.
import { randomUUID } from 'node:crypto';
import type { ClientEventPart, Db } from '@finito/db';
import { hourOf } from '@finito/jobs';
import type { Log } from '@finito/service-kit';
import type { Anomalies } from './anomalies.ts';
import type { HourlyTotals } from './hourly-totals.ts';
import type { TelemetryMetrics } from './metrics.ts';

export interface SnapshotNeeds {
  db: { clientEventHours: Pick<Db['clientEventHours'], 'save' | 'deleteBefore'> };
  totals: Pick<HourlyTotals, 'read' | 'takeTurn'>;
  anomalies: Pick<Anomalies, 'inHour'>;
  metrics: Pick<TelemetryMetrics, 'snapshot'>;
  log: Log;
  everyMs: number;
  retentionHours: number;
}

const hourMs = 3_600_000;

export function startSnapshots(needs: SnapshotNeeds): { close(): Promise<void> } {
  const { metrics, log, everyMs } = needs;
  const snapshot = createSnapshot(needs);
  let running: Promise<void> | undefined;
  const run = () => {
    running ??= snapshot()
      .catch((err: unknown) => {
        metrics.snapshot('failed');
        log.warn({ err }, 'totals of client events could not be saved');
      })
      .finally(() => (running = undefined));
    return running;
  };
  const timer = setInterval(() => void run(), everyMs);
  return {
    /** Saves a last time what was counted since. */
    async close() {
      clearInterval(timer);
      await running;
      await run();
    },
  };
}

function createSnapshot({ db, totals, anomalies, metrics, everyMs, retentionHours }: SnapshotNeeds) {
  const owner = randomUUID();
  let saved = new Map<string, number>();
  let cleanedHour = 0;

  return async (): Promise<void> => {
    if (!(await totals.takeTurn(owner, 3 * everyMs))) {
      saved = new Map();
      return;
    }
    const hour = hourOf(Date.now());
    const hours = Array.from({ length: retentionHours + 1 }, (_, ago) => hour - ago * hourMs);
    const parts = await totals.read(hours);
    const changed = parts.filter((part) => saved.get(nameOf(part)) !== eventsIn(part));
    if (changed.length > 0) {
      await db.clientEventHours.save(changed);
      metrics.snapshot('saved');
    }
    saved = new Map(parts.map((part) => [nameOf(part), eventsIn(part)]));
    for (const part of parts) {
      if (part.hour.getTime() !== hour) continue;
      anomalies.inHour(part.hour, { events: eventsIn(part), errors: part.eventsByType['error'] ?? 0 });
    }
    if (cleanedHour !== hour) await db.clientEventHours.deleteBefore(new Date(hours.at(-1) as number));
    cleanedHour = hour;
  };
}

const nameOf = ({ hour, born }: ClientEventPart) => `${hour.getTime()} ${born}`;
const eventsIn = ({ eventsByType }: ClientEventPart) =>
  Object.values(eventsByType).reduce((total, count) => total + count, 0);
