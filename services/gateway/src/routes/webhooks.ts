import type { Routes, Webhook } from '@finito/api';
import type { Db } from '@finito/db';
import { idCursor, pageOf } from '../cursor.ts';
import { InvalidRequestError, NotFoundError } from '../errors.ts';
import type { Handler, Handlers } from '../handler.ts';

export interface WebhookNeeds {
  db: Pick<Db, 'users' | 'webhooks'>;
  /** Plain HTTP and addresses of this network are taken as well. */
  webhookAllowPrivate: boolean;
}

type WebhookRoutes =
  | 'listWebhooks'
  | 'createWebhook'
  | 'deleteWebhook'
  | 'enableWebhook'
  | 'testWebhook'
  | 'listWebhookDeliveries';

/** Who is told what happens to mailboxes. A worker sends; where a URL leads is judged when it connects. */
export function webhookRoutes(needs: WebhookNeeds): Pick<Handlers, WebhookRoutes> {
  const { db } = needs;
  async function one(id: string): Promise<Webhook> {
    const found = await db.webhooks.find(id);
    if (!found) throw new NotFoundError('no such webhook');
    return webhookOf(found);
  }
  return {
    listWebhooks: async () => ({ items: (await db.webhooks.list()).map(webhookOf), nextCursor: null }),
    createWebhook: createWebhook(needs),
    async deleteWebhook({ params: { id } }) {
      if (!(await db.webhooks.remove(id))) throw new NotFoundError('no such webhook');
      return undefined;
    },
    async enableWebhook({ params: { id } }) {
      await db.webhooks.enable(id);
      return one(id);
    },
    async testWebhook({ params: { id } }) {
      if (!(await db.webhooks.ping(id))) throw new NotFoundError('no such webhook');
      return { accepted: 1 };
    },
    listWebhookDeliveries: listWebhookDeliveries(needs),
  };
}

function createWebhook({ db, webhookAllowPrivate }: WebhookNeeds): Handler<Routes['createWebhook']> {
  return async ({ body: { url, events, userId = null } }) => {
    if (!webhookAllowPrivate && !url.startsWith('https:')) {
      throw new InvalidRequestError([{ path: 'body.url', message: 'must be https' }]);
    }
    if (userId !== null && !(await db.users.find(userId))) throw new NotFoundError('no such user');
    const { secret, ...created } = await db.webhooks.create({ url, events, userId });
    return { ...webhookOf(created), secret };
  };
}

function listWebhookDeliveries({ db }: WebhookNeeds): Handler<Routes['listWebhookDeliveries']> {
  return async ({ params: { id }, query: { state, cursor, limit } }) => {
    if (!(await db.webhooks.find(id))) throw new NotFoundError('no such webhook');
    const rows = await db.webhooks.deliveries(id, {
      ...(state && { state }),
      ...(cursor !== undefined && { before: idCursor(cursor) }),
      limit: limit + 1,
    });
    return pageOf(rows, limit, {
      item: ({ id: _id, dueAt, createdAt, doneAt, ...delivery }) => ({
        ...delivery,
        dueAt: delivery.state === 'pending' ? dueAt.toISOString() : null,
        createdAt: createdAt.toISOString(),
        doneAt: doneAt?.toISOString() ?? null,
      }),
      place: (row) => [row.id],
    });
  };
}

function webhookOf(row: Awaited<ReturnType<Db['webhooks']['list']>>[number]): Webhook {
  const { id, url, events, userId, pending, lastError } = row;
  return {
    ...{ id, url, events, userId, pending, lastError },
    state: row.disabledAt ? 'disabled' : row.failingSince ? 'failing' : 'active',
    failingSince: row.failingSince?.toISOString() ?? null,
    lastDeliveredAt: row.lastDeliveredAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
