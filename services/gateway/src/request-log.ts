import type { HttpMetrics, Log, Tracing } from '@finito/service-kit';
import { createRandomText } from './random-text.ts';
import type { Middleware } from './request-locals.ts';

/**
 * Gives each request an id and a nonce, and at its end writes one line and counts it, by the route's pattern. A caller
 * that traces (`traceparent`) finds the request in its own trace.
 */
export function requestLog({
  log,
  metrics,
  tracing,
}: {
  log: Log;
  metrics: HttpMetrics;
  tracing: Pick<Tracing, 'begin'>;
}): Middleware {
  const randomText = createRandomText();
  return (request, response, next) => {
    const traceparent = request.headers['traceparent'] as string | undefined;
    tracing.begin(request.method, { kind: 'server', traceparent }, (endSpan) => {
      pass(request, response, next, endSpan);
    });
  };

  function pass(...[request, response, next, endSpan]: [...Parameters<Middleware>, EndSpan]): void {
    const startedAt = performance.now();
    const requestId = randomText(9, 'base64url');
    const { locals } = response;
    locals.requestId = requestId;
    locals.nonce = randomText(16, 'base64');
    locals.logOfRequest = () => log.child({ requestId });
    response.setHeader('X-Request-Id', requestId);

    response.once('close', () => {
      const durationMs = performance.now() - startedAt;
      const { method } = request;
      const route = locals.route ?? 'unknown';
      // An answer that never left is nobody's status: the caller went away.
      const status = response.writableFinished || response.headersSent ? response.statusCode : 499;
      metrics.observe({ route, method, status, durationSeconds: durationMs / 1_000 });
      endSpan({ 'http.route': route, 'http.response.status_code': status }, status >= 500);
      log.info({ requestId, method, route, status, durationMs: Math.round(durationMs * 10) / 10 }, 'request');
    });
    next();
  }
}

type EndSpan = Parameters<Parameters<Tracing['begin']>[2]>[0];
