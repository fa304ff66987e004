import type { HttpMetrics, Log } from '@finito/service-kit';
import { createRandomText } from './random-text.ts';
import type { Middleware } from './request-locals.ts';

/** Gives each request an id and a nonce, and at its end writes one line and counts it, by the route's pattern. */
export function requestLog({ log, metrics }: { log: Log; metrics: HttpMetrics }): Middleware {
  const randomText = createRandomText();
  return (request, response, next) => {
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
      log.info({ requestId, method, route, status, durationMs: Math.round(durationMs * 10) / 10 }, 'request');
    });
    next();
  };
}
