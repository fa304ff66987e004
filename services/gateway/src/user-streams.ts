import type { MailboxProgress, SyncEvent } from '@finito/api';
import type { Db, MailboxView } from '@finito/db';
import type { StoredEvent } from '@finito/jobs';
import type { Log } from '@finito/service-kit';
import type { SseClient, Told } from './sse-client.ts';

/** The open pages of one user. */
export interface UserStreams {
  readonly clients: Set<SseClient>;
  /** Hands an event on. How far a mailbox is stands in Postgres: it is read once for many events, and for all pages. */
  event(stored: StoredEvent): void;
  /** Tells this client how far each mailbox is. */
  greet(client: SseClient): void;
  stop(): void;
}

export interface UserStreamsNeeds {
  userId: string;
  db: Pick<Db, 'mailboxReads'>;
  toProgress: (view: MailboxView) => MailboxProgress;
  log: Log;
}

const progressEveryMs = 250;
const afterFailureMs = 2_000;

export function createUserStreams({ userId, db, toProgress, log }: UserStreamsNeeds): UserStreams {
  const clients = new Set<SseClient>();
  let changed = new Set<string>();
  let newcomers = new Set<SseClient>();
  let timer: NodeJS.Timeout | undefined;
  let isReading = false;
  let nextReadAt = 0;

  function schedule(): void {
    if (timer || isReading || (changed.size === 0 && newcomers.size === 0)) return;
    timer = setTimeout(() => void tellProgress(), Math.max(0, nextReadAt - performance.now()));
  }

  async function tellProgress(): Promise<void> {
    timer = undefined;
    isReading = true;
    const told = { changed, newcomers };
    changed = new Set();
    newcomers = new Set();
    nextReadAt = performance.now() + progressEveryMs;
    try {
      for (const view of await db.mailboxReads.list(userId)) {
        const frame = frameOf({ type: 'progress', mailboxId: view.id, progress: toProgress(view) });
        const audience = told.changed.has(view.id) ? clients : told.newcomers;
        for (const client of audience) client.tell(frame);
      }
    } catch (err) {
      log.warn({ err }, 'progress of mailboxes could not be read');
      changed = new Set([...told.changed, ...changed]);
      newcomers = new Set([...told.newcomers, ...newcomers]);
      nextReadAt = performance.now() + afterFailureMs;
    }
    isReading = false;
    if (clients.size > 0) schedule();
  }

  return {
    clients,
    event(stored) {
      if (stored.event.type !== 'message-changed') changed.add(stored.event.mailboxId);
      for (const told of framed(stored)) {
        for (const client of clients) client.event(told);
      }
      schedule();
    },
    greet(client) {
      newcomers.add(client);
      schedule();
    },
    stop: () => clearTimeout(timer),
  };
}

/** What a page is told of an event as it is: of progress nothing, as that is read. */
export function framed({ id, event }: StoredEvent): Told[] {
  return event.type === 'progress' ? [] : [{ id, frame: frameOf(event) }];
}

export function frameOf({ type, ...data }: SyncEvent): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
