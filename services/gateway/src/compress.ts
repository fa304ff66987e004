import compression from 'compression';
import type { Middleware } from './request-locals.ts';

/** Bytes below which compressing costs more than it saves. */
const threshold = 1_024;

/**
 * Answers of more than a kilobyte are compressed for those who take it. Not for the event stream: an event that waits
 * in a compressor is late. A page of another site cannot have answers with secrets made (same-site cookies), so their
 * length tells it nothing.
 */
export function compress(): Middleware {
  return compression({ threshold }) as unknown as Middleware;
}

/** As `response.json` does it, without what a small answer has no use for. */
export function createJsonSender(): (
  request: Parameters<Middleware>[0],
  response: Parameters<Middleware>[1],
  value: unknown,
) => void {
  const compressed = compress();
  return (request, response, value) => {
    const text = JSON.stringify(value);
    const bytes = Buffer.byteLength(text);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', bytes);
    if (bytes >= threshold) compressed(request, response, () => void response.end(text));
    else response.end(text);
  };
}
