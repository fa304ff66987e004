import type { Db } from '@finito/db';
import { parseMessageId } from '@finito/db';
import { syncMailbox } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import { pageOf, timeCursor } from '../cursor.ts';
import { NotFoundError } from '../errors.ts';
import type { EventStreams } from '../event-streams.ts';
import type { Handlers } from '../handler.ts';
import { syncStatusOf } from '../progress.ts';
import { messageIdFrom } from '@finito/db';

export interface SyncNeeds {
  db: Pick<Db, 'mailboxReads' | 'failureReads' | 'ledger'>;
  jobs: Pick<Producer, 'enqueue'>;
  streams: EventStreams;
}

type SyncRoutes = 'startSync' | 'getSync' | 'streamSyncEvents' | 'listFailures' | 'replayFailures';

export function syncRoutes(needs: SyncNeeds): Pick<Handlers, SyncRoutes> {
  const { db, jobs, streams } = needs;

  async function own(userId: string, mailboxId?: string) {
    const views = await db.mailboxReads.list(userId, mailboxId);
    if (mailboxId !== undefined && views.length === 0) throw new NotFoundError('no such mailbox');
    return views;
  }
  const statuses = async (userId: string, mailboxId?: string) => ({
    items: (await own(userId, mailboxId)).map((view) => syncStatusOf(view)),
    nextCursor: null,
  });

  return {
    async startSync({ principal, body }) {
      const views = await own(principal.userId, body.mailboxId);
      const open = views.filter(({ state, pausedAt }) => state !== 'reauth' && pausedAt === null);
      await Promise.all(open.map(({ id }) => jobs.enqueue(syncMailbox, { mailboxId: id })));
      return { items: views.map((view) => syncStatusOf(view)), nextCursor: null };
    },
    getSync: ({ principal, query }) => statuses(principal.userId, query.mailboxId),
    async streamSyncEvents({ principal, request, response }) {
      await streams.open(principal, request, response);
    },
    async listFailures({ principal, query: { mailboxId, cursor, limit } }) {
      const from = cursor === undefined ? undefined : timeCursor(cursor);
      const rows = await db.failureReads.list(principal.userId, {
        ...(mailboxId !== undefined && { mailboxId }),
        ...(from && { after: { failedAt: from.at, mailboxId: from.mailboxId, gmailId: from.gmailId } }),
        limit: limit + 1,
      });
      return pageOf(rows, limit, {
        item: ({ gmailId, failedAt, ...row }) => ({
          ...row,
          messageId: messageIdFrom(row.mailboxId, gmailId),
          failedAt: failedAt.toISOString(),
        }),
        place: (row) => [row.failedAt.getTime(), row.gmailId, row.mailboxId],
      });
    },
    async replayFailures({ principal, body }) {
      const wanted = body.messageIds?.map((id) => parseMessageId(id)!);
      const views = await own(principal.userId, body.mailboxId);
      let accepted = 0;
      for (const { id: mailboxId } of views) {
        const ids = wanted?.filter((key) => key.mailboxId === mailboxId).map(({ gmailId }) => gmailId);
        if (ids?.length === 0) continue;
        const replayed = await db.ledger.replay(mailboxId, ids);
        accepted += replayed;
        if (replayed > 0) await jobs.enqueue(syncMailbox, { mailboxId }).catch(() => undefined);
      }
      return { accepted };
    },
  };
}
