import type { HttpMetrics, Log } from '@finito/service-kit';
import { randomBytes } from 'node:crypto';
import type { Middleware } from './request-locals.ts';

/** Gives each request an id and a nonce, and at its end writes one line and counts it, by the route's pattern. */
export function requestLog({ log, metrics }: { log: Log; metrics: HttpMetrics }): Middleware {
  return (request, response, next) => {
    const startedAt = performance.now();
    const requestId = randomBytes(9).toString('base64url');
    const { locals } = response;
    locals.requestId = requestId;
    locals.nonce = randomBytes(16).toString('base64');
    locals.log = log.child({ requestId });
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
