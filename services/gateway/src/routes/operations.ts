import { randomUUID } from 'node:crypto';
import type { HealthReport } from '@finito/api';
import { openApiDocument } from '@finito/api';
import type { Db } from '@finito/db';
import { ingestClientEvents } from '@finito/jobs';
import type { Producer } from '@finito/jobs';
import { clientKey } from '../client-key.ts';
import { clientEventsSummaryOf } from '../client-events-summary.ts';
import { docsPage } from '../docs-page.ts';
import { etagOf, isKnown } from '../etag.ts';
import type { Handlers } from '../handler.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { pagePolicy } from '../security-headers.ts';

export interface OperationsNeeds {
  db: Pick<Db, 'clientEventHours'>;
  jobs: Pick<Producer, 'enqueue'>;
  healthReport: () => Promise<HealthReport>;
  metrics: GatewayMetrics;
  publicUrl: string;
  secret: string;
}

type OperationsRoutes =
  'getHealth' | 'sendClientEvents' | 'getClientEvents' | 'sendCspReport' | 'getOpenApi' | 'getDocs';

export function operationsRoutes(needs: OperationsNeeds): Pick<Handlers, OperationsRoutes> {
  const { db, jobs, healthReport, metrics, publicUrl, secret } = needs;
  const openApi = openApiDocument({ serverUrl: publicUrl }) as { openapi: string };
  const openApiTag = etagOf(JSON.stringify(openApi));
  return {
    async getHealth({ response }) {
      const report = await healthReport();
      if (report.status === 'unhealthy') response.status(503);
      return report;
    },
    async sendClientEvents({ body, request }) {
      const { events, sessionId } = body;
      const batch = {
        batchId: randomUUID(),
        receivedAt: Date.now(),
        clientKey: clientKey(sessionId ?? request.ip ?? '', secret),
        events,
      };
      // Mail comes before events: while the queue is away they are lost, counted, and nobody is told to retry.
      const outcome = await jobs.enqueue(ingestClientEvents, batch).then(
        () => 'queued' as const,
        () => 'lost' as const,
      );
      metrics.clientEvents(events.length, outcome);
      return { accepted: outcome === 'queued' ? events.length : 0 };
    },
    getClientEvents: async () => clientEventsSummaryOf(await db.clientEventHours.list(dayAgo())),
    async sendCspReport({ body }) {
      const directives = Array.isArray(body)
        ? body.map((report) => report.body?.effectiveDirective)
        : [body['csp-report']['effective-directive'] ?? body['csp-report']['violated-directive']];
      for (const directive of directives) metrics.cspReport(knownDirective(directive));
      return undefined;
    },
    async getOpenApi({ request, response }) {
      response.set('Cache-Control', 'public, max-age=300');
      // When it is known, the answer has been given.
      isKnown(request, response, openApiTag);
      return openApi;
    },
    async getDocs({ response }) {
      response.type('html').send(docsPage(openApi, response.locals.nonce));
      return undefined;
    },
  };
}

const dayAgo = () => new Date(Date.now() - 86_400_000);

/** A label of a metric is never what a stranger sent. */
function knownDirective(directive = ''): string {
  const name = directive.split(' ')[0] ?? '';
  return Object.hasOwn(pagePolicy, name) ? name : (known.find((other) => name.startsWith(other)) ?? 'other');
}

const known = ['script-src', 'style-src'];
