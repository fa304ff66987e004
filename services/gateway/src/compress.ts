import compression from 'compression';
import type { Middleware } from './request-locals.ts';

/**
 * Answers of more than a kilobyte are compressed for those who take it. Not the event stream: an event that waits in
 * a compressor is late. A page of another site cannot have answers with secrets made (same-site cookies), so their
 * length tells it nothing.
 */
export function compress(): Middleware {
  const handle = compression({ threshold: 1_024 });
  return (request, response, next) => {
    if (request.path === '/api/sync/events') next();
    else handle(request as never, response as never, next);
  };
}
