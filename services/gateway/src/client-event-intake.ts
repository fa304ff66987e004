// Batches of client events on their way to the queue. Many that come together leave as one job: BullMQ costs the gateway
// more than all else that it does with a batch. Mail comes first: while the queue is away, or more comes than it takes,
// batches are given up, counted, and nobody is told to send them again.
import { addUpBatches, ingestClientEvents, maxBatchesInJob } from '@finito/jobs';
import type { Producer, UnsentBatch } from '@finito/jobs';

export interface ClientEventIntake {
  /** Resolves when what the batch came to is known; never rejects. */
  take(batch: UnsentBatch): Promise<'queued' | 'lost' | 'shed'>;
  /** Sends what waits. */
  close(): Promise<void>;
}

export interface ClientEventIntakeOptions {
  jobs: Pick<Producer, 'enqueue'>;
  /** How long a batch waits for others: 5 ms unless told. */
  gatherMs?: number;
  /** Batches that may wait or be on their way, of about 2 kB each; those beyond are shed. 2,000 unless told. */
  maxBatches?: number;
}

interface Waiting {
  batch: UnsentBatch;
  settle: (outcome: 'queued' | 'lost') => void;
}

export function createClientEventIntake({
  jobs,
  gatherMs = 5,
  maxBatches = 2_000,
}: ClientEventIntakeOptions): ClientEventIntake {
  let gathered: Waiting[] = [];
  let held = 0;
  let timer: NodeJS.Timeout | undefined;
  const sending = new Set<Promise<void>>();

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    const waiting = gathered;
    if (waiting.length === 0) return;
    gathered = [];
    const sent = jobs
      .enqueue(ingestClientEvents, { batches: addUpBatches(waiting.map(({ batch }) => batch)) })
      .then(
        () => 'queued' as const,
        () => 'lost' as const,
      )
      .then((outcome) => {
        held -= waiting.length;
        sending.delete(sent);
        for (const { settle } of waiting) settle(outcome);
      });
    sending.add(sent);
  }

  return {
    take(batch) {
      if (held >= maxBatches) return Promise.resolve('shed');
      held += 1;
      return new Promise((settle) => {
        gathered.push({ batch, settle });
        if (gathered.length >= maxBatchesInJob) send();
        else timer ??= setTimeout(send, gatherMs);
      });
    },
    async close() {
      send();
      await Promise.all(sending);
    },
  };
}
