import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TooManyStreamsError } from './errors.ts';
import type { GatewayMetrics } from './metrics.ts';
import { SseClient } from './sse-client.ts';
import type { SseHome } from './sse-client.ts';

export interface SseClients {
  /** @throws TooManyStreamsError */
  add(exchange: Exchange, listener: { userId: string; expiresAt: number }): SseClient;
  /** Ends all with these last words, and resolves when they have left or had half a second to. */
  close(lastWords: () => string): Promise<void>;
}

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

export interface SseClientsNeeds {
  heartbeat: string;
  heartbeatMs: number;
  maxClients: number;
  maxBufferedBytes: number;
  metrics: Pick<GatewayMetrics, 'streams' | 'streamEnded'>;
  onEnd: (client: SseClient) => void;
}

/** The heartbeats of thousands are spread over so many moments, as all at once would block the event loop. */
const beats = 30;
const closeWithinMs = 500;

/** All streams of this process: their heartbeats, the ends of their sessions, and their number. */
export function createSseClients(needs: SseClientsNeeds): SseClients {
  const { heartbeat, heartbeatMs, maxClients, maxBufferedBytes, metrics, onEnd } = needs;
  const groups = Array.from({ length: beats }, () => new Set<SseClient>());
  let open = 0;
  let added = 0;
  let beat = 0;
  let pulse: NodeJS.Timeout | undefined;

  function tick(): void {
    beat = (beat + 1) % beats;
    const now = Date.now();
    for (const client of groups[beat]!) {
      if (client.expiresAt <= now) client.end('expired');
      else client.tell(heartbeat);
    }
  }

  function count(change: 1 | -1): void {
    open += change;
    metrics.streams(open);
    if (open > 0) pulse ??= setInterval(tick, heartbeatMs / beats);
    else clearInterval(pulse);
    if (open === 0) pulse = undefined;
  }

  // One for all clients: each of its own would be thousands.
  const home: SseHome = {
    maxBufferedBytes,
    left(client, reason) {
      for (const group of groups) if (group.delete(client)) break;
      count(-1);
      metrics.streamEnded(reason);
      onEnd(client);
    },
  };

  return {
    add(exchange, listener) {
      if (open >= maxClients) throw new TooManyStreamsError('this process has as many streams as it may');
      const client = new SseClient({ ...exchange, ...listener, home });
      groups[added++ % beats]!.add(client);
      count(1);
      return client;
    },
    async close(lastWords) {
      const clients = groups.flatMap((group) => [...group]);
      for (const client of clients) client.end('shutdown', lastWords());
      const deadline = performance.now() + closeWithinMs;
      while (performance.now() < deadline && clients.some(({ isGone }) => !isGone)) await sleep(10);
      for (const client of clients) client.destroy();
    },
  };
}
