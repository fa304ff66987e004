import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MailboxEvents, StoredEvent } from '@finito/jobs';
import type { Log } from '@finito/service-kit';

export interface MailboxEventReader {
  /** Tells all events of the user that come after the given id, each once and in order, until `unfollow`. */
  follow(userId: string, afterId: string): void;
  unfollow(userId: string): void;
  /** The last event told; undefined for a user that is not followed. */
  placeOf(userId: string): string | undefined;
  stop(): void;
}

export interface MailboxEventReaderNeeds {
  events: Pick<MailboxEvents, 'publish'>;
  /** Over a connection of its own, which its reads block. */
  reader: Pick<MailboxEvents, 'wait'>;
  log: Log;
  onEvent: (event: StoredEvent) => void;
}

const blockMs = 5_000;
const afterFailureMs = 1_000;
/** One read costs Redis and this process about 2 µs for each user; with this pause, reading takes a tenth of a core. */
const pauseMsPerUser = 0.02;
const maxPauseMs = 100;

/** One loop of blocking reads for all users whose pages this process serves. */
export function createMailboxEventReader({
  events,
  reader,
  log,
  onEvent,
}: MailboxEventReaderNeeds): MailboxEventReader {
  const places = new Map<string, string>();
  // A read that waits cannot be given one more user. So this process has a stream too, and wakes itself through it.
  const self = `reader-${randomBytes(9).toString('hex')}`;
  let selfPlace = '0-0';
  let isRunning = false;
  let isStopped = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (places.size > 0 && !isStopped) {
      try {
        tell(await reader.wait(new Map(places).set(self, selfPlace), blockMs));
        await sleep(Math.min(maxPauseMs, places.size * pauseMsPerUser), undefined, { ref: false });
      } catch (err) {
        if (isStopped) break;
        log.warn({ err }, 'reading mailbox events failed');
        await sleep(afterFailureMs, undefined, { ref: false });
      }
    }
    isRunning = false;
  }

  function tell(found: StoredEvent[]): void {
    for (const event of found) {
      if (event.userId === self) selfPlace = event.id;
      else if (places.has(event.userId)) {
        places.set(event.userId, event.id);
        onEvent(event);
      }
    }
  }

  return {
    follow(userId, afterId) {
      if (places.has(userId) || isStopped) return;
      places.set(userId, afterId);
      if (isRunning) void events.publish(self, [{ type: 'progress', mailboxId: self }]);
      else void run();
    },
    unfollow: (userId) => void places.delete(userId),
    placeOf: (userId) => places.get(userId),
    stop() {
      isStopped = true;
      places.clear();
    },
  };
}
