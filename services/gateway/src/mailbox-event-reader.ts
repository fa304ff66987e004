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
  events: Pick<MailboxEvents, 'after'>;
  /** Over a connection of its own, which its waiting blocks. */
  listener: Pick<MailboxEvents, 'news'>;
  log: Log;
  onEvent: (event: StoredEvent) => void;
}

const blockMs = 5_000;
/** What comes in quick succession is read together: however busy the fleet is, this process wakes 100 times a second. */
const gatherMs = 10;
const usersAtOnce = 500;
const afterFailureMs = 1_000;

/** Listens for whose streams have news, and reads those of users whose pages this process serves. */
export function createMailboxEventReader(needs: MailboxEventReaderNeeds): MailboxEventReader {
  const { events, listener, log, onEvent } = needs;
  const places = new Map<string, string>();
  /** Whose streams have something after their place, or may have. */
  const behind = new Set<string>();
  let newsPlace = '0-0';
  let isListening = false;
  let isReading = false;
  let isStopped = false;

  async function listen(): Promise<void> {
    isListening = true;
    while (places.size > 0 && !isStopped) {
      try {
        const { place, users } = await listener.news(newsPlace, blockMs);
        newsPlace = place;
        for (const userId of users ?? places.keys()) if (places.has(userId)) behind.add(userId);
        void read();
        await sleep(gatherMs, undefined, { ref: false });
      } catch (err) {
        await afterFailure(err);
      }
    }
    isListening = false;
  }

  async function read(): Promise<void> {
    if (isReading) return;
    isReading = true;
    while (behind.size > 0 && !isStopped) {
      const users = [...behind].slice(0, usersAtOnce);
      for (const userId of users) behind.delete(userId);
      try {
        const followed = users.flatMap((userId) => {
          const place = places.get(userId);
          return place === undefined ? [] : [[userId, place] as const];
        });
        const found = await events.after(new Map(followed));
        tell(found.events);
        for (const userId of found.unfinished) behind.add(userId);
      } catch (err) {
        for (const userId of users) behind.add(userId);
        await afterFailure(err);
      }
    }
    isReading = false;
  }

  async function afterFailure(err: unknown): Promise<void> {
    if (isStopped) return;
    log.warn({ err }, 'reading mailbox events failed');
    await sleep(afterFailureMs, undefined, { ref: false });
  }

  function tell(found: StoredEvent[]): void {
    for (const event of found) {
      if (!places.has(event.userId)) continue;
      places.set(event.userId, event.id);
      onEvent(event);
    }
  }

  return {
    follow(userId, afterId) {
      if (places.has(userId) || isStopped) return;
      places.set(userId, afterId);
      // News that came since that id was learnt was nobody's then.
      behind.add(userId);
      void read();
      if (!isListening) void listen();
    },
    unfollow: (userId) => void places.delete(userId),
    placeOf: (userId) => places.get(userId),
    stop() {
      isStopped = true;
      places.clear();
    },
  };
}
