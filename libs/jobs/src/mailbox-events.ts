import type { Redis } from 'ioredis';
import { z } from 'zod';

const ids = z.array(z.string());
const mailboxId = z.string();

/** What a reader's page is told while it is open. Ids only: the page asks the API for the rest. */
export const mailboxEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), mailboxId }),
  z.object({ type: z.literal('message-stored'), mailboxId, ids }),
  z.object({ type: z.literal('message-changed'), mailboxId, ids }),
  z.object({ type: z.literal('message-gone'), mailboxId, ids }),
]);

export type MailboxEvent = z.infer<typeof mailboxEvent>;

export interface StoredEvent {
  userId: string;
  /** Redis' stream id, `ms-n`: grows, and is what `Last-Event-ID` carries. */
  id: string;
  event: MailboxEvent;
}

export interface MailboxEvents {
  /** Never throws: an event that is lost costs a page a refresh, and must not cost a sync its slice. */
  publish(userId: string, events: MailboxEvent[]): Promise<void>;
  /** What came after a given id, oldest first; `undefined` when the stream no longer reaches back to it. */
  since(userId: string, id: string): Promise<StoredEvent[] | undefined>;
  /** What came after each user's id, in order: of each so many at most, and who has more. */
  after(places: Map<string, string>): Promise<{ events: StoredEvent[]; unfinished: string[] }>;
  /** Waits up to `blockMs` for anybody's news after a place, at first `0-0`. `redis` must be a connection of its own. */
  news(place: string, blockMs: number): Promise<News>;
  /** The id of the newest event of a user; `0-0` when there is none. */
  newestId(userId: string): Promise<string>;
}

export interface News {
  /** Where to listen on. */
  place: string;
  /** Whose streams have something; undefined when there was more news than is kept, so that anybody's may. */
  users: Set<string> | undefined;
}

const keptEvents = 1_000;
const keptNews = 1_000;
const readAtOnce = 500;
const keptSeconds = 24 * 3600;
/** The braces keep all streams in one slot of a Redis Cluster: one read is of many of them. */
const keyOf = (userId: string) => `{finito-events}:${userId}`;
const newsKey = keyOf('news');

/**
 * Events of a user's mailboxes in a capped Redis stream, so that a page that reconnects misses none. One more stream
 * tells whose have news: who serves thousands of users listens to that one, where a read that waits for all of theirs
 * would cost Redis and its caller as much as they have users, at each event.
 */
export function createMailboxEvents(redis: Redis): MailboxEvents {
  return {
    async publish(userId, events) {
      if (events.length === 0) return;
      const pipeline = redis.pipeline();
      for (const event of events) {
        pipeline.xadd(keyOf(userId), 'MAXLEN', '~', keptEvents, '*', 'event', JSON.stringify(event));
      }
      pipeline.expire(keyOf(userId), keptSeconds);
      pipeline.xadd(newsKey, 'MAXLEN', '~', keptNews, '*', 'user', userId);
      await pipeline.exec().catch(() => undefined);
    },

    async since(userId, id) {
      const oldest = await redis.xrange(keyOf(userId), '-', '+', 'COUNT', 1);
      const first = oldest[0]?.[0];
      if (first === undefined || isAfter(first, id)) return undefined;
      return read(userId, await redis.xrange(keyOf(userId), `(${id}`, '+'));
    },

    async after(places) {
      if (places.size === 0) return { events: [], unfinished: [] };
      const keys = [...places.keys()].map(keyOf);
      const answer = await redis.xread('COUNT', readAtOnce, 'STREAMS', ...keys, ...places.values());
      const found = (answer ?? []).map(([key, entries]) => ({
        userId: key.slice(keyOf('').length),
        entries,
      }));
      return {
        events: found.flatMap(({ userId, entries }) => read(userId, entries)),
        unfinished: found.filter(({ entries }) => entries.length >= readAtOnce).map(({ userId }) => userId),
      };
    },

    async news(place, blockMs) {
      const answer = await redis.xread('COUNT', keptNews, 'BLOCK', blockMs, 'STREAMS', newsKey, place);
      const entries = answer?.[0]?.[1] ?? [];
      return {
        place: entries.at(-1)?.[0] ?? place,
        // Whoever is told as much as is kept may have missed what came before it.
        users: entries.length < keptNews ? new Set(entries.map(([, [, userId = '']]) => userId)) : undefined,
      };
    },

    async newestId(userId) {
      const newest = await redis.xrevrange(keyOf(userId), '+', '-', 'COUNT', 1);
      return newest[0]?.[0] ?? '0-0';
    },
  };
}

function read(userId: string, entries: [string, string[]][]): StoredEvent[] {
  return entries.flatMap(([id, [, json]]) => {
    const event = mailboxEvent.safeParse(parseJson(json));
    return event.success ? [{ userId, id, event: event.data }] : [];
  });
}

function parseJson(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}

function isAfter(left: string, right: string): boolean {
  const [leftMs = '0', leftN = '0'] = left.split('-');
  const [rightMs = '0', rightN = '0'] = right.split('-');
  return BigInt(leftMs) === BigInt(rightMs)
    ? BigInt(leftN) > BigInt(rightN)
    : BigInt(leftMs) > BigInt(rightMs);
}
