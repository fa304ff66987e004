import compression from 'compression';
import type { GatewayRequest, GatewayResponse } from './handler.ts';
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

/** As `response.json` does it, without what a small answer has no use for: that goes out in one piece. */
export function createJsonSender(): (
  request: GatewayRequest,
  response: GatewayResponse,
  value: unknown,
) => void {
  const compressed = compress();
  return (request, response, value) => {
    const text = JSON.stringify(value);
    const bytes = Buffer.byteLength(text);
    const head = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(bytes)];
    if (!response.hasHeader('Cache-Control')) head.push('Cache-Control', 'private, no-store');
    if (bytes < threshold) {
      // The same bytes, written faster.
      response.writeHead(response.statusCode, head).end(text, bytes === text.length ? 'latin1' : 'utf8');
      return;
    }
    for (let i = 0; i < head.length; i += 2) response.setHeader(head[i]!, head[i + 1]!);
    compressed(request, response, () => void response.end(text));
  };
}
