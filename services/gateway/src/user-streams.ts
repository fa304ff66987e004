import type { MailboxProgress, SyncEvent } from '@finito/api';
import type { Db, MailboxView } from '@finito/db';
import type { StoredEvent } from '@finito/jobs';
import type { Log } from '@finito/service-kit';
import type { SseClient, Told } from './sse-client.ts';

export interface UserStreamsNeeds {
  db: Pick<Db, 'mailboxReads'>;
  toProgress: (view: MailboxView) => MailboxProgress;
  log: Log;
}

const progressEveryMs = 250;
const afterFailureMs = 2_000;

/** The open pages of one user. A class, as SseClient is; what waits for the next reading is held only while it waits. */
export class UserStreams {
  readonly clients = new Set<SseClient>();
  readonly #userId: string;
  readonly #needs: UserStreamsNeeds;
  #changed: Set<string> | undefined = undefined;
  #newcomers: Set<SseClient> | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;
  #isReading = false;
  #nextReadAt = 0;

  constructor(userId: string, needs: UserStreamsNeeds) {
    this.#userId = userId;
    this.#needs = needs;
  }

  /** Hands an event on. How far a mailbox is stands in Postgres: it is read once for many events, and for all pages. */
  event(stored: StoredEvent): void {
    if (stored.event.type !== 'message-changed') (this.#changed ??= new Set()).add(stored.event.mailboxId);
    for (const told of framed(stored)) {
      for (const client of this.clients) client.event(told);
    }
    this.#schedule();
  }

  /** Tells this client how far each mailbox is. */
  greet(client: SseClient): void {
    (this.#newcomers ??= new Set()).add(client);
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#timer || this.#isReading || (!this.#changed && !this.#newcomers)) return;
    const waitMs = Math.max(0, this.#nextReadAt - performance.now());
    this.#timer = setTimeout(() => void this.#tellProgress(), waitMs);
  }

  async #tellProgress(): Promise<void> {
    const { db, toProgress, log } = this.#needs;
    const [changed, newcomers] = [this.#changed, this.#newcomers];
    this.#timer = undefined;
    this.#isReading = true;
    this.#changed = undefined;
    this.#newcomers = undefined;
    this.#nextReadAt = performance.now() + progressEveryMs;
    try {
      for (const view of await db.mailboxReads.list(this.#userId)) {
        const frame = frameOf({ type: 'progress', mailboxId: view.id, progress: toProgress(view) });
        const audience = changed?.has(view.id) ? this.clients : (newcomers ?? []);
        for (const client of audience) client.tell(frame);
      }
    } catch (err) {
      log.warn({ err }, 'progress of mailboxes could not be read');
      this.#changed = both(changed, this.#changed);
      this.#newcomers = both(newcomers, this.#newcomers);
      this.#nextReadAt = performance.now() + afterFailureMs;
    }
    this.#isReading = false;
    if (this.clients.size > 0) this.#schedule();
  }
}

function both<T>(left: Set<T> | undefined, right: Set<T> | undefined): Set<T> | undefined {
  return left && right ? new Set([...left, ...right]) : (left ?? right);
}

/** What a page is told of an event as it is: of progress nothing, as that is read. */
export function framed({ id, event }: StoredEvent): Told[] {
  return event.type === 'progress' ? [] : [{ id, frame: frameOf(event) }];
}

export function frameOf({ type, ...data }: SyncEvent): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
