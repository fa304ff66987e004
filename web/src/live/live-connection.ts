import { parseSyncEvent, routes, syncEventTypes } from '@finito/api';
import type { SyncEvent } from '@finito/api';

export type LiveState = 'connecting' | 'live' | 'lost';

export interface LiveConnectionOptions {
  onEvent: (event: SyncEvent) => void;
  onState: (state: LiveState) => void;
  /** Opens the stream; the browser's own EventSource unless told. */
  open?: (address: string) => EventSource;
  /** Before the first new try, doubled with each to 30 times that; default 1,000 ms. */
  retryMs?: number;
  /** Longer silence, heartbeats included, means that nobody is there any more; default 90,000 ms. */
  silenceMs?: number;
}

/**
 * Listens to what changes until it is closed. The browser comes back by itself after a break of the network and says
 * what it heard last; after a refusal it does not, so we do, and take everything for changed.
 */
export function connectLive(options: LiveConnectionOptions): { close(): void } {
  const { onEvent, onState, open = (address) => new EventSource(address) } = options;
  const { retryMs = 1_000, silenceMs = 90_000 } = options;
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let missedSome = false;

  function listen(): void {
    const opened = open(routes.streamSyncEvents.path);
    source = opened;
    opened.onopen = () => {
      failures = 0;
      onState('live');
      if (missedSome) onEvent({ type: 'reset' });
      missedSome = false;
      heard();
    };
    opened.onerror = () => {
      onState('lost');
      if (opened.readyState === opened.CLOSED) listenLater();
    };
    for (const type of syncEventTypes) {
      opened.addEventListener(type, ({ data }: MessageEvent<unknown>) => {
        heard();
        const event = parseSyncEvent(type, String(data));
        if (event) onEvent(event);
      });
    }
  }

  function heard(): void {
    clearTimeout(silence);
    silence = setTimeout(() => {
      onState('lost');
      listenLater();
    }, silenceMs);
  }

  function listenLater(): void {
    source?.close();
    clearTimeout(silence);
    clearTimeout(retry);
    missedSome = true;
    const waitMs = Math.min(retryMs * 2 ** failures, retryMs * 30);
    failures += 1;
    // Pages that lost the same gateway do not come back in the same moment.
    retry = setTimeout(listen, waitMs * (0.5 + Math.random() / 2));
  }

  onState('connecting');
  listen();
  return {
    close() {
      source?.close();
      clearTimeout(retry);
      clearTimeout(silence);
    },
  };
}
