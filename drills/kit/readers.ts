// Those whose mailboxes a ward has, signed in: what they ask for while something happens to the product.
import { until } from '@finito/testing';
import { createSessions } from '../../services/gateway/src/sessions.ts';
import type { World } from '../../bench/kit/world.ts';
import { gatewaySecret } from './fleet.ts';
import type { Asked } from './load.ts';

export interface Reader {
  mailboxId: string;
  headers: { cookie: string };
  messages: { id: string; threadId: string }[];
}

export interface ReadersOptions {
  /** Of a gateway, or of what stands before some. */
  url: string;
  mailboxIds: string[];
  /** Of each mailbox, the newest; they are waited for. Default 40. */
  messages?: number;
}

/** The owner of each mailbox, with messages to read. */
export async function readersOf(world: World, options: ReadersOptions): Promise<Reader[]> {
  const { url, mailboxIds, messages = 40 } = options;
  const sessions = createSessions({ secret: gatewaySecret, isHttps: false, hours: 24 });
  return Promise.all(
    mailboxIds.map(async (mailboxId) => {
      const { rows } = await world.pool.query<{ id: string }>(
        'SELECT user_id AS id FROM mailboxes WHERE id = $1',
        [mailboxId],
      );
      const headers = { cookie: (await sessions.start(rows[0]!.id)).split(';')[0]! };
      const list = `${url}/api/emails?mailboxId=${mailboxId}&limit=${messages}`;
      const found = await until(
        async () => {
          const answer = await fetch(list, { headers });
          const { items = [] } = (await answer.json()) as { items?: Reader['messages'] };
          return items.length === messages ? items : undefined;
        },
        { timeoutMs: 300_000, everyMs: 500, message: `${messages} messages of a mailbox to be stored` },
      );
      return { mailboxId, headers, messages: found.map(({ id, threadId }) => ({ id, threadId })) };
    }),
  );
}

/** Lists, messages and threads by turns, and everybody's mailboxes now and then. */
export function readsOf(readers: Reader[]): Asked[] {
  const count = Math.min(...readers.map(({ messages }) => messages.length));
  return Array.from({ length: count }, (_, index) =>
    readers.flatMap(({ mailboxId, headers, messages }): Asked[] => {
      const { id, threadId } = messages[index]!;
      return [
        { kind: 'list', path: `/api/emails?mailboxId=${mailboxId}&limit=50`, headers },
        { kind: 'message', path: `/api/emails/${id}`, headers },
        { kind: 'thread', path: `/api/threads/${threadId}`, headers },
        ...(index % 4 === 0 ? [{ kind: 'mailboxes', path: '/api/mailboxes', headers }] : []),
      ];
    }),
  ).flat();
}

/** What costs nothing but what stands before every answer: who asks, how often, and the headers. */
export function lightRequestsOf(readers: Reader[]): Asked[] {
  return readers.map(({ headers }) => ({ kind: 'options', path: '/api/auth/options', headers }));
}

/** Each message is starred, or its star taken: `turn` says which. */
export function changesOf(readers: Reader[], turn: number): Asked[] {
  const change =
    turn % 2 === 0
      ? { addLabelIds: ['STARRED'], removeLabelIds: [] }
      : { addLabelIds: [], removeLabelIds: ['STARRED'] };
  return readers.flatMap(({ headers, messages }) =>
    messages.map(({ id }) => ({ kind: 'change', path: `/api/emails/${id}/modify`, headers, body: change })),
  );
}
