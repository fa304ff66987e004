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
  /** Waits up to `blockMs` for news of any of these users. `redis` must be a connection of its own. */
  wait(after: Map<string, string>, blockMs: number): Promise<StoredEvent[]>;
  /** The id of the newest event of a user; `0-0` when there is none. */
  newestId(userId: string): Promise<string>;
}

const keptEvents = 1_000;
const keptSeconds = 24 * 3600;
/** The braces keep all streams in one slot of a Redis Cluster: one read waits for many of them. */
const keyOf = (userId: string) => `{finito-events}:${userId}`;

/** Events of a user's mailboxes in a capped Redis stream, so that a page that reconnects misses none. */
export function createMailboxEvents(redis: Redis): MailboxEvents {
  return {
    async publish(userId, events) {
      if (events.length === 0) return;
      const pipeline = redis.pipeline();
      for (const event of events) {
        pipeline.xadd(keyOf(userId), 'MAXLEN', '~', keptEvents, '*', 'event', JSON.stringify(event));
      }
      pipeline.expire(keyOf(userId), keptSeconds);
      await pipeline.exec().catch(() => undefined);
    },

    async since(userId, id) {
      const oldest = await redis.xrange(keyOf(userId), '-', '+', 'COUNT', 1);
      const first = oldest[0]?.[0];
      if (first === undefined || isAfter(first, id)) return undefined;
      return read(userId, await redis.xrange(keyOf(userId), `(${id}`, '+'));
    },

    async wait(after, blockMs) {
      const users = [...after.keys()];
      const answer = await redis.xread(
        'COUNT',
        500,
        'BLOCK',
        blockMs,
        'STREAMS',
        ...users.map(keyOf),
        ...after.values(),
      );
      return (answer ?? []).flatMap(([key, entries]) => read(key.slice(keyOf('').length), entries));
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
