import { clientEventOf, type ClientEvent } from './client-event.ts';
import type { GmailEvent } from './events.ts';
import { retryAfterMs } from './retry-after.ts';

export interface EventReporterOptions {
  /** Where to, such as `/api/logs/client-events`. */
  url: string;
  /** Tells clients apart without naming anybody; default: at random, for the life of the reporter. */
  sessionId?: string;
  /** Events that wait longest; default 10,000 ms. A full batch does not wait. */
  everyMs?: number;
  /** Events kept while the server cannot be reached; beyond it the oldest are dropped. Default 1,000. */
  maxQueued?: number;
  fetch?: typeof globalThis.fetch;
}

export interface EventReporter {
  report(event: ClientEvent): void;
  /** As the `onEvent` of a client. */
  onEvent(event: GmailEvent): void;
  /** Sends what waits, as much as one batch holds, unless the server asked for patience. */
  flush(): Promise<void>;
  state(): { queued: number; dropped: number };
  /** Sends what waits with the page's last breath, and ends timers and listeners. */
  close(): void;
}

/** The server's limit. */
const maxBatch = 100;
/** Browsers refuse `keepalive` and beacons above 64 KiB in all; a margin stays for what else leaves with a page. */
const maxBytes = 60_000;
const firstBackoffMs = 5_000;
const longestBackoffMs = 300_000;
const timeoutMs = 10_000;

/**
 * Sends events in batches, rarely and without ever being in the way: what cannot be sent waits in a bounded queue, a
 * server that is busy is left alone for as long as it says, and a batch that the server calls wrong is dropped, for it
 * would stay wrong. Delivery is at most once where its outcome is unknown: counts that are short beat counts twice.
 */
export function createEventReporter(options: EventReporterOptions): EventReporter {
  const { url, everyMs = 10_000, maxQueued = 1_000, fetch = globalThis.fetch } = options;
  const sessionId = options.sessionId ?? randomId();
  const queue: ClientEvent[] = [];
  let dropped = 0;
  let failures = 0;
  let quietUntil = 0;
  let sending = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function schedule(): void {
    if (timer !== undefined || queue.length === 0) return;
    const wait = Math.max(queue.length >= maxBatch ? 0 : everyMs, quietUntil - Date.now());
    timer = setTimeout(() => void flush(), wait);
  }

  function stopTimer(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function takeBatch(): { events: ClientEvent[]; body: string } | undefined {
    let count = Math.min(queue.length, maxBatch);
    let body = bodyOf(sessionId, queue.slice(0, count));
    while (count > 1 && sizeOf(body) > maxBytes) {
      count = Math.floor(count / 2);
      body = bodyOf(sessionId, queue.slice(0, count));
    }
    return count === 0 ? undefined : { events: queue.splice(0, count), body };
  }

  function putBack(events: ClientEvent[]): void {
    queue.unshift(...events);
    bound();
  }

  function bound(): void {
    const excess = queue.length - maxQueued;
    if (excess <= 0) return;
    queue.splice(0, excess);
    dropped += excess;
  }

  async function flush(): Promise<void> {
    stopTimer();
    if (sending || Date.now() < quietUntil) return schedule();
    const batch = takeBatch();
    if (batch === undefined) return;
    sending = true;
    const outcome = await send(fetch, url, batch.body);
    sending = false;
    failures = outcome.kind === 'again' ? failures + 1 : 0;
    if (outcome.kind === 'again') {
      const backoffMs = Math.min(firstBackoffMs * 2 ** (failures - 1), longestBackoffMs);
      quietUntil = Date.now() + (outcome.afterMs ?? backoffMs * (1 + Math.random() / 2));
      putBack(batch.events);
    }
    if (outcome.kind === 'lost') dropped += batch.events.length;
    schedule();
  }

  /** A page that is hidden may never come back. Beacons outlive it, and have no answer to wait for. */
  function leave(): void {
    stopTimer();
    for (let batch = takeBatch(); batch !== undefined; batch = takeBatch()) {
      if (isBeaconSent(url, batch.body)) continue;
      putBack(batch.events);
      return schedule();
    }
  }

  const stopListening = onLeaving(leave);
  const report = (event: ClientEvent) => {
    queue.push(event);
    bound();
    if (queue.length >= maxBatch && !sending && Date.now() >= quietUntil) stopTimer();
    schedule();
  };
  return {
    report,
    onEvent: (event) => report(clientEventOf(event)),
    flush,
    state: () => ({ queued: queue.length, dropped }),
    close() {
      leave();
      stopTimer();
      stopListening();
    },
  };
}

type Outcome = { kind: 'sent' | 'lost' } | { kind: 'again'; afterMs: number | undefined };

async function send(fetch: typeof globalThis.fetch, url: string, body: string): Promise<Outcome> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      keepalive: true,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    if (answer.ok) return { kind: 'sent' };
    const isPassing = answer.status === 429 || answer.status === 408 || answer.status >= 500;
    return isPassing
      ? { kind: 'again', afterMs: retryAfterMs(answer.headers, '', Date.now()) }
      : { kind: 'lost' };
  } catch (error) {
    // A timeout may have been counted already.
    const isUnknown = error instanceof DOMException && error.name === 'TimeoutError';
    return isUnknown ? { kind: 'lost' } : { kind: 'again', afterMs: undefined };
  }
}

/** Not `randomUUID`, which a page has over HTTPS only. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

function bodyOf(sessionId: string, events: ClientEvent[]): string {
  return JSON.stringify({ sessionId, events });
}

function sizeOf(body: string): number {
  return new TextEncoder().encode(body).length;
}

/** What a browser has and Node has not. */
interface Page {
  document?: EventTarget & { visibilityState: string };
  navigator?: { sendBeacon?(url: string, body: Blob): boolean };
}

function isBeaconSent(url: string, body: string): boolean {
  const { navigator } = globalThis as Page;
  return navigator?.sendBeacon?.(url, new Blob([body], { type: 'application/json' })) ?? false;
}

/** `pagehide` and `visibilitychange`: `unload` does not come on phones, and would keep a page out of the cache. */
function onLeaving(leave: () => void): () => void {
  const { document } = globalThis as Page;
  if (document === undefined) return () => undefined;
  const page = globalThis as unknown as EventTarget;
  const whenHidden = () => {
    if (document.visibilityState === 'hidden') leave();
  };
  document.addEventListener('visibilitychange', whenHidden);
  page.addEventListener('pagehide', leave);
  return () => {
    document.removeEventListener('visibilitychange', whenHidden);
    page.removeEventListener('pagehide', leave);
  };
}
