import type { HttpMetrics, Log, Tracing } from '@finito/service-kit';
import type { GatewayRequest, GatewayResponse } from './handler.ts';
import { createRandomText } from './random-text.ts';
import { RequestLocals } from './request-locals.ts';

/** Every open page sends its events every few seconds: a line for each would hide all others. */
const routine = new Set(['POST /api/logs/client-events']);

/**
 * Gives each request an id, and at its end writes one line and counts it, by the route's pattern. A caller that traces
 * (`traceparent`) finds the request in its own trace.
 */
export function requestLog({
  log,
  metrics,
  tracing,
}: {
  log: Log;
  metrics: HttpMetrics;
  tracing: Pick<Tracing, 'begin'>;
}): (request: GatewayRequest, response: GatewayResponse, next: () => void) => void {
  const randomText = createRandomText();
  const own = { log, makeNonce: () => randomText(16, 'base64') };
  return (request, response, next) => {
    const traceparent = request.headers['traceparent'] as string | undefined;
    tracing.begin(request.method, { kind: 'server', traceparent }, (endSpan) => {
      pass(request, response, next, endSpan);
    });
  };

  function pass(
    request: GatewayRequest,
    response: GatewayResponse,
    next: () => void,
    endSpan: EndSpan,
  ): void {
    const startedAt = performance.now();
    const requestId = randomText(9, 'base64url');
    const locals = new RequestLocals(requestId, own);
    response.locals = locals;
    response.head = ['X-Request-Id', requestId];
    const { method } = request;

    response.on('close', () => {
      const durationMs = performance.now() - startedAt;
      const route = locals.route ?? 'unknown';
      // An answer that never left is nobody's status: the caller went away.
      const status = response.writableFinished || response.headersSent ? response.statusCode : 499;
      metrics.observe({ route, method, status, durationSeconds: durationMs / 1_000 });
      endSpan({ 'http.route': route, 'http.response.status_code': status }, status >= 500);
      const level = status < 400 && routine.has(`${method} ${route}`) ? 'debug' : 'info';
      log[level](
        { requestId, method, route, status, durationMs: Math.round(durationMs * 10) / 10 },
        'request',
      );
    });
    next();
  }
}

type EndSpan = Parameters<Parameters<Tracing['begin']>[2]>[0];
