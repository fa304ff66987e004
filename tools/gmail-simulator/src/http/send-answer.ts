import type { ApiAnswer } from '../gmail-api.ts';
import { gzipOf, plainOf, sizeOf } from '../mailbox/packed-json.ts';
import type { Exchange } from './exchange.ts';

// What fits into a packet gains nothing.
const smallestGzipped = 500;

/** Writes an answer as Google's front end does, or as a fault wants it. */
export function sendAnswer(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  { status, body, headers, effect }: ApiAnswer,
): void {
  if (effect?.hang) return;
  const isGzipped = takesGzip(request.headers) && sizeOf(body) > smallestGzipped && !effect?.truncateJson;
  let bytes = isGzipped ? gzipOf(body) : plainOf(body);
  if (effect?.truncateJson) bytes = bytes.subarray(0, bytes.length / 2);
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    vary: 'Origin, X-Origin, Referer',
    ...headers,
    ...(isGzipped && { 'content-encoding': 'gzip' }),
    ...(status !== 204 && { 'content-length': bytes.length }),
  });
  if (effect?.resetMidBody) {
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    return;
  }
  response.end(status === 204 ? undefined : bytes);
}

/** Google compresses only for a client that says gzip in its User-Agent too. */
function takesGzip(headers: Exchange['request']['headers']): boolean {
  return /gzip/i.test(String(headers['accept-encoding'])) && /gzip/i.test(String(headers['user-agent']));
}
