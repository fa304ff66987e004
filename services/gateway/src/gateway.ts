// The gateway from top to bottom: what every request passes, in this order.
import type { RequestListener } from 'node:http';
import type { HttpMetrics, Log, Tracing } from '@finito/service-kit';
import express from 'express';
import type { Express } from 'express';
import { createApi } from './api.ts';
import type { ApiNeeds } from './api.ts';
import { compress } from './compress.ts';
import { NotFoundError } from './errors.ts';
import { adopt, keepPrototypes } from './exchange.ts';
import type { GatewayRequest, GatewayResponse, Handlers } from './handler.ts';
import type { Overload } from './overload.ts';
import { page } from './page.ts';
import { refuseLargeBody } from './large-bodies.ts';
import { problemHandler } from './problems.ts';
import { requestLog } from './request-log.ts';
import { accountRoutes } from './routes/account.ts';
import type { AccountNeeds } from './routes/account.ts';
import { breakerRoutes } from './routes/breakers.ts';
import type { BreakerNeeds } from './routes/breakers.ts';
import { changeRoutes } from './routes/changes.ts';
import { clientEventRoutes } from './routes/client-events.ts';
import type { ClientEventNeeds } from './routes/client-events.ts';
import type { ChangeNeeds } from './routes/changes.ts';
import { emailRoutes } from './routes/emails.ts';
import type { EmailNeeds } from './routes/emails.ts';
import { fleetRoutes } from './routes/fleet.ts';
import type { FleetNeeds } from './routes/fleet.ts';
import { exportRoutes } from './routes/mailbox-export.ts';
import type { ExportNeeds } from './routes/mailbox-export.ts';
import { mailboxRoutes } from './routes/mailboxes.ts';
import type { MailboxNeeds } from './routes/mailboxes.ts';
import { originalsRoutes } from './routes/originals.ts';
import type { OriginalsNeeds } from './routes/originals.ts';
import { operationsRoutes } from './routes/operations.ts';
import type { OperationsNeeds } from './routes/operations.ts';
import { queueRoutes } from './routes/queues.ts';
import type { QueueNeeds } from './routes/queues.ts';
import { rateLimitRoutes } from './routes/rate-limits.ts';
import type { RateLimitNeeds } from './routes/rate-limits.ts';
import { pushRoutes } from './routes/push.ts';
import type { PushNeeds } from './routes/push.ts';
import { signInRoutes } from './routes/sign-in.ts';
import type { SignInNeeds } from './routes/sign-in.ts';
import { syncRoutes } from './routes/sync.ts';
import type { SyncNeeds } from './routes/sync.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import type { WebhookNeeds } from './routes/webhooks.ts';

export interface GatewayNeeds
  extends
    AccountNeeds,
    BreakerNeeds,
    ChangeNeeds,
    ClientEventNeeds,
    EmailNeeds,
    FleetNeeds,
    ExportNeeds,
    MailboxNeeds,
    OperationsNeeds,
    OriginalsNeeds,
    QueueNeeds,
    RateLimitNeeds,
    PushNeeds,
    SignInNeeds,
    SyncNeeds,
    WebhookNeeds,
    Omit<ApiNeeds, 'publicOrigin'> {
  breakers: BreakerNeeds['breakers'] & EmailNeeds['breakers'];
  db: AccountNeeds['db'] &
    ChangeNeeds['db'] &
    ClientEventNeeds['db'] &
    EmailNeeds['db'] &
    FleetNeeds['db'] &
    ExportNeeds['db'] &
    MailboxNeeds['db'] &
    OriginalsNeeds['db'] &
    RateLimitNeeds['db'] &
    PushNeeds['db'] &
    SignInNeeds['db'] &
    SyncNeeds['db'] &
    WebhookNeeds['db'];
  oauth: SignInNeeds['oauth'];
  log: Log;
  httpMetrics: HttpMetrics;
  /** Undefined where nothing is to be refused for want of time. */
  overload: Pick<Overload, 'shed'> | undefined;
  tracing: Tracing;
  /** Proxies before the gateway whose word on the client's address is believed. */
  trustProxy: number;
  pageFolder: string;
}

/** For a server with `exchangeClasses`. The API is answered without express' router, which tries its routes one by one. */
export function createGateway(needs: GatewayNeeds): RequestListener {
  const handlers: Handlers = {
    ...accountRoutes(needs),
    ...breakerRoutes(needs),
    ...changeRoutes(needs),
    ...clientEventRoutes(needs),
    ...emailRoutes(needs),
    ...fleetRoutes(needs),
    ...exportRoutes(needs),
    ...mailboxRoutes(needs),
    ...operationsRoutes(needs),
    ...originalsRoutes(needs),
    ...queueRoutes(needs),
    ...rateLimitRoutes(needs),
    ...pushRoutes(needs),
    ...signInRoutes(needs),
    ...syncRoutes(needs),
    ...webhookRoutes(needs),
  };
  const pages = createPages(needs);
  const begin = requestLog({ log: needs.log, metrics: needs.httpMetrics, tracing: needs.tracing });
  const api = createApi(handlers, { ...needs, publicOrigin: new URL(needs.publicUrl).origin });
  const sendProblem = problemHandler();

  async function answer(request: GatewayRequest, response: GatewayResponse): Promise<void> {
    needs.overload?.shed(request, response, throwGiven);
    refuseLargeBody(request, response);
    await (api(request, response) ?? pages(request, response));
  }

  return (served, answered) => {
    const [request, response] = adopt(pages, served, answered);
    begin(request, response, () => {
      answer(request, response).catch((error: unknown) =>
        sendProblem(error, request, response, () => undefined),
      );
    });
  };
}

function throwGiven(error?: unknown): void {
  if (error !== undefined) throw error as Error;
}

/** What is not the API's. */
function createPages({ trustProxy, pageFolder }: Pick<GatewayNeeds, 'trustProxy' | 'pageFolder'>): Express {
  const app = express();
  keepPrototypes(app);
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', trustProxy);
  app.set('query parser', 'simple');
  app.use(compress());
  app.use(page(pageFolder));
  app.use(() => {
    throw new NotFoundError('no such page');
  });
  app.use(problemHandler());
  return app;
}
