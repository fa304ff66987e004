import type { HealthReport } from '@finito/api';
import { openApiDocument } from '@finito/api';
import { docsPage } from '../docs-page.ts';
import { etagOf, isKnown } from '../etag.ts';
import type { Handlers } from '../handler.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { createPagePolicy, pagePolicy } from '../security-headers.ts';

export interface OperationsNeeds {
  healthReport: () => Promise<HealthReport>;
  metrics: GatewayMetrics;
  publicUrl: string;
}

type OperationsRoutes = 'getHealth' | 'sendCspReport' | 'getOpenApi' | 'getDocs';

export function operationsRoutes(needs: OperationsNeeds): Pick<Handlers, OperationsRoutes> {
  const { healthReport, metrics, publicUrl } = needs;
  const policyWith = createPagePolicy();
  let made: ReturnType<typeof makeOpenApi> | undefined;
  // When it is first asked for: it would be a twentieth of each start.
  const openApi = () => (made ??= makeOpenApi(publicUrl));
  return {
    async getHealth({ response }) {
      const report = await healthReport();
      if (report.status === 'unhealthy') response.status(503);
      return report;
    },
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
      const { document, tag } = openApi();
      isKnown(request, response, tag);
      return document;
    },
    async getDocs({ response }) {
      response.set('Content-Security-Policy', policyWith(response.locals.nonce));
      response.type('html').send(docsPage(openApi().document, response.locals.nonce));
      return undefined;
    },
  };
}

function makeOpenApi(serverUrl: string) {
  const document = openApiDocument({ serverUrl }) as { openapi: string };
  return { document, tag: etagOf(JSON.stringify(document)) };
}

/** A label of a metric is never what a stranger sent. */
function knownDirective(directive = ''): string {
  const name = directive.split(' ')[0] ?? '';
  return Object.hasOwn(pagePolicy, name) ? name : (known.find((other) => name.startsWith(other)) ?? 'other');
}

const known = ['script-src', 'style-src'];
