import type { IncomingMessage, ServerResponse } from 'node:http';

export type StreamEnd = 'client' | 'slow' | 'shutdown' | 'expired';

/** An event as text, but for its id. */
export interface Told {
  id: string;
  frame: string;
}

/** What all clients have in common. */
export interface SseHome {
  /** A client for which more than this waits when there is news is too slow. */
  maxBufferedBytes: number;
  left(client: SseClient, reason: StreamEnd): void;
}

export interface SseClientOptions {
  request: IncomingMessage;
  response: ServerResponse;
  userId: string;
  /** When its proof runs out, in milliseconds since 1970. */
  expiresAt: number;
  home: SseHome;
}

/** As one list: set one by one, they would be kept as long as the stream, 2 kB of them. */
const head = [
  ...['Content-Type', 'text/event-stream; charset=utf-8'],
  // No proxy may keep, compress or gather what it gets.
  ...['Cache-Control', 'no-store, no-transform'],
  ...['X-Accel-Buffering', 'no'],
];
const noHeaders = Object.freeze({});
const noRawHeaders = Object.freeze([]) as unknown as string[];
const maxHeldEvents = 1_000;

/**
 * One page that listens. It gets each event once and in order, or is disconnected and comes back for the rest. A class,
 * because thousands of them live at once, and functions of its own would make each twice as large.
 */
export class SseClient {
  readonly userId: string;
  readonly expiresAt: number;
  readonly #response: ServerResponse;
  readonly #home: SseHome;
  #lastId = '0-0';
  /** Events that wait for `catchUp`; undefined afterwards. */
  #held: Told[] | undefined = [];
  #isOpen = true;

  constructor({ request, response, userId, expiresAt, home }: SseClientOptions) {
    this.userId = userId;
    this.expiresAt = expiresAt;
    this.#response = response;
    this.#home = home;
    response.on('close', () => this.end('client'));
    response.writeHead(200, head);
    response.flushHeaders();
    // They live as long as the stream, and nobody asks for them again: some 2 kB.
    request.headers = noHeaders;
    request.rawHeaders = noRawHeaders;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether all that was written has left, or cannot leave any more. */
  get isGone(): boolean {
    return this.#response.writableFinished || this.#response.destroyed;
  }

  /** An event of the stream. What the client has already is left out; until `catchUp`, all are held back. */
  event(told: Told): void {
    if (!this.#held) return this.tell(this.#next(told));
    this.#held.push(told);
    if (this.#held.length > maxHeldEvents) this.end('slow');
  }

  /** What comes after `id` and was missed, then what was held back; from now on events go straight out. */
  catchUp(id: string, missed: Told[]): void {
    const waiting = this.#held ?? [];
    this.#held = undefined;
    this.#lastId = id;
    // Without data it is no event, but from now on the client knows where to go on, even if nothing ever happens.
    this.tell(`id: ${id}\n\n${[...missed, ...waiting].map((told) => this.#next(told)).join('')}`);
  }

  /** What is no event of the stream. */
  tell(frame: string): void {
    if (!this.#isOpen) return;
    if (this.#response.writableLength > this.#home.maxBufferedBytes) this.end('slow');
    else this.#response.write(frame);
  }

  end(reason: StreamEnd, lastWords?: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#held = undefined;
    if (reason === 'slow') this.#response.destroy();
    else this.#response.end(lastWords);
    this.#home.left(this, reason);
  }

  destroy(): void {
    this.#response.destroy();
  }

  /** The event with its id; nothing when the client has it. */
  #next({ id, frame }: Told): string {
    if (!isAfter(id, this.#lastId)) return '';
    this.#lastId = id;
    return `id: ${id}\n${frame}`;
  }
}

/** Whether one id of a Redis stream (`ms-n`) comes after another. */
function isAfter(left: string, right: string): boolean {
  const [leftMs = 0, leftN = 0] = left.split('-').map(Number);
  const [rightMs = 0, rightN = 0] = right.split('-').map(Number);
  return leftMs === rightMs ? leftN > rightN : leftMs > rightMs;
}
