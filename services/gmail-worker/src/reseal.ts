// Rotation of TOKEN_ENCRYPTION_KEYS: what an older key has sealed is sealed anew with the newest, a few rows at a time,
// until the older one may be taken away. Runs in every worker. Twice at once: both seal the same text, and one of them
// writes. Dying half-way: the next look goes on.
import { setTimeout as wait } from 'node:timers/promises';
import type { Db } from '@finito/db';
import type { Log } from '@finito/service-kit';
import type { WorkerMetrics } from './metrics.ts';

const rowsAtOnce = 100;
const pauseMs = 250;
const everyMs = 60_000;

export function startResealing({
  db,
  metrics,
  keyIds,
  log,
}: {
  db: Pick<Db, 'sealing'>;
  metrics: Pick<WorkerMetrics, 'sealedRows'>;
  /** Of the keys that are set, the newest first. */
  keyIds: readonly string[];
  log: Log;
}): { close(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function look(): Promise<void> {
    let before = -1;
    for (;;) {
      const tried = await db.sealing.reseal(rowsAtOnce);
      const counts = await db.sealing.countByKey();
      tell(counts);
      const left = keyIds.slice(1).reduce((sum, id) => sum + (counts.get(id) ?? 0), 0);
      // What is left although it was tried does not open, and never will.
      if (tried === 0 || left === before || signal.aborted) return;
      before = left;
      await wait(pauseMs, undefined, { signal });
    }
  }

  function tell(counts: Map<string, number>): void {
    const known = new Map(keyIds.map((id) => [id, counts.get(id) ?? 0]));
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    metrics.sealedRows(known, all - [...known.values()].reduce((sum, count) => sum + count, 0));
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await look().catch((err: unknown) => {
        if (!signal.aborted) log.warn({ err }, 'rows could not be sealed anew');
      });
      await wait(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    async close() {
      stopping.abort();
      await running;
    },
  };
}
