import type { ServerResponse } from 'node:http';

export type StreamEnd = 'client' | 'slow' | 'shutdown' | 'expired';

/** One page that listens. It gets each event once and in order, or is disconnected and comes back for the rest. */
export interface SseClient {
  readonly isOpen: boolean;
  /** When its proof runs out, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** An event of the stream. What the client has already is left out; until `catchUp`, all are held back. */
  event(told: Told): void;
  /** What comes after `id` and was missed, then what was held back; from now on events go straight out. */
  catchUp(id: string, missed: Told[]): void;
  /** What is no event of the stream. */
  tell(frame: string): void;
  end(reason: StreamEnd, lastWords?: string): void;
  /** Whether all that was written has left, or cannot leave any more. */
  readonly isGone: boolean;
  destroy(): void;
}

/** An event as text, but for its id. */
export interface Told {
  id: string;
  frame: string;
}

export interface SseClientOptions {
  response: ServerResponse;
  expiresAt: number;
  /** A client for which more than this waits when there is news is too slow. */
  maxBufferedBytes: number;
  onEnd: (reason: StreamEnd) => void;
}

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // No proxy may keep, compress or gather what it gets.
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};
const maxHeldEvents = 1_000;

export function createSseClient({
  response,
  expiresAt,
  maxBufferedBytes,
  onEnd,
}: SseClientOptions): SseClient {
  let lastId = '0-0';
  let held: Told[] | undefined = [];
  let isOpen = true;

  function write(text: string): void {
    if (!isOpen) return;
    if (response.writableLength > maxBufferedBytes) finish('slow');
    else response.write(text);
  }

  function finish(reason: StreamEnd, lastWords?: string): void {
    if (!isOpen) return;
    isOpen = false;
    held = undefined;
    if (reason === 'slow') response.destroy();
    else response.end(lastWords);
    onEnd(reason);
  }

  /** The event with its id; nothing when the client has it. */
  function next({ id, frame }: Told): string {
    if (!isAfter(id, lastId)) return '';
    lastId = id;
    return `id: ${id}\n${frame}`;
  }

  response.once('close', () => finish('client'));
  response.writeHead(200, headers);
  response.flushHeaders();
  return {
    get isOpen() {
      return isOpen;
    },
    expiresAt,
    event(told) {
      if (!held) return write(next(told));
      held.push(told);
      if (held.length > maxHeldEvents) finish('slow');
    },
    catchUp(id, missed) {
      const waiting = held ?? [];
      held = undefined;
      lastId = id;
      // Without data it is no event, but from now on the client knows where to go on, even if nothing ever happens.
      write(`id: ${id}\n\n${[...missed, ...waiting].map(next).join('')}`);
    },
    tell: write,
    end: finish,
    get isGone() {
      return response.writableFinished || response.destroyed;
    },
    destroy: () => void response.destroy(),
  };
}

/** Whether one id of a Redis stream (`ms-n`) comes after another. */
function isAfter(left: string, right: string): boolean {
  const [leftMs = 0, leftN = 0] = left.split('-').map(Number);
  const [rightMs = 0, rightN = 0] = right.split('-').map(Number);
  return leftMs === rightMs ? leftN > rightN : leftMs > rightMs;
}
