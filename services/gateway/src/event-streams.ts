// GET /api/sync/events: server-sent events of a user's mailboxes. A page that comes back with `Last-Event-ID` gets
// what it missed, or `reset` when that is no longer known. While Redis is away heartbeats go on, and events after it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MailboxEvents } from '@finito/jobs';
import { TooManyStreamsError } from './errors.ts';
import { createMailboxEventReader } from './mailbox-event-reader.ts';
import type { MailboxEventReader } from './mailbox-event-reader.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { Principal } from './request-locals.ts';
import type { SseClient } from './sse-client.ts';
import { createSseClients } from './sse-clients.ts';
import type { Exchange } from './sse-clients.ts';
import { framed, frameOf, UserStreams } from './user-streams.ts';
import type { UserStreamsNeeds } from './user-streams.ts';

export interface EventStreams {
  /**
   * Answers with a stream that ends when the client leaves or is too slow, its proof expires, or at `close`.
   * @throws TooManyStreamsError, before anything was answered
   */
  open(principal: Principal, request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Tells every client to come back, not all at once, and resolves when they are gone. */
  close(): Promise<void>;
}

export interface EventStreamsNeeds extends UserStreamsNeeds {
  /** Role `producer`: a page whose place is not learnt in time has to read everything again. */
  events: MailboxEvents;
  /** The same over a connection of its own, role `worker`, which its waiting blocks. */
  listener: Pick<MailboxEvents, 'news'>;
  metrics: Pick<GatewayMetrics, 'streams' | 'streamEnded'>;
  limits?: Partial<typeof usualLimits>;
}

const usualLimits = { perUser: 12, clients: 10_000, bufferedBytes: 131_072, heartbeatMs: 15_000 };
const retryMs = 3_000;
const afterFailureMs = 1_000;

export function createEventStreams(needs: EventStreamsNeeds): EventStreams {
  const { events } = needs;
  const limits = { ...usualLimits, ...needs.limits };
  const users = new Map<string, UserStreams>();
  const clients = createSseClients({
    heartbeat: frameOf({ type: 'heartbeat' }),
    heartbeatMs: limits.heartbeatMs,
    maxClients: limits.clients,
    maxBufferedBytes: limits.bufferedBytes,
    metrics: needs.metrics,
    onEnd: remove,
  });
  const reader = createMailboxEventReader({
    ...needs,
    onEvent: (stored) => users.get(stored.userId)?.event(stored),
  });
  let isClosing = false;

  function add({ userId, expiresAt }: Principal, exchange: Exchange): SseClient {
    const user = users.get(userId) ?? new UserStreams(userId, needs);
    if (user.clients.size >= limits.perUser) throw new TooManyStreamsError('one user has too many streams');
    const client = clients.add(exchange, { userId, expiresAt });
    user.clients.add(client);
    users.set(userId, user);
    return client;
  }

  function remove(client: SseClient): void {
    const { userId } = client;
    const user = users.get(userId);
    user?.clients.delete(client);
    if (!user || user.clients.size > 0) return;
    user.stop();
    users.delete(userId);
    reader.unfollow(userId);
  }

  return {
    async open(principal, request, response) {
      const { userId } = principal;
      if (request.method === 'HEAD') return void response.end();
      let last = lastPlaceOf(request);
      const client = add(principal, { request, response });
      client.tell(`retry: ${retryMs}\n\n`);
      if (isClosing) return client.end('shutdown');
      while (client.isOpen) {
        const hasBegun = await begin(client, userId, last, { events, reader }).then(isTrue, isFalse);
        users.get(userId)?.greet(client);
        if (hasBegun) return;
        // Redis is away: what happens until it is back may be missed.
        if (last === 'none') last = 'unknown';
        await sleep(afterFailureMs, undefined, { ref: false });
      }
    },
    async close() {
      isClosing = true;
      reader.stop();
      await clients.close(() => `retry: ${Math.round(retryMs * (0.3 + Math.random()))}\n\n`);
    },
  };
}

/** From the moment whose place is known, nothing is missed; how things stand is read after it. */
async function begin(
  client: SseClient,
  userId: string,
  last: LastPlace,
  { events, reader }: { events: MailboxEvents; reader: MailboxEventReader },
): Promise<void> {
  const place = reader.placeOf(userId) ?? (await events.newestId(userId));
  if (!client.isOpen) return;
  reader.follow(userId, place);
  if (last === 'none') return client.catchUp(place, []);
  const missed = last === 'unknown' ? undefined : await events.since(userId, last.id);
  if (missed && last !== 'unknown') return client.catchUp(last.id, missed.flatMap(framed));
  client.tell(frameOf({ type: 'reset' }));
  client.catchUp(place, []);
}

const isTrue = () => true;
const isFalse = () => false;

type LastPlace = { id: string } | 'none' | 'unknown';

function lastPlaceOf({ headers }: IncomingMessage): LastPlace {
  const id = headers['last-event-id'];
  if (typeof id !== 'string' || id === '') return 'none';
  return /^\d{1,15}-\d{1,15}$/.test(id) ? { id } : 'unknown';
}
