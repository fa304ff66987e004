import { createHash } from 'node:crypto';
import type { GatewayRequest, GatewayResponse } from './handler.ts';

/** A weak entity tag, since an answer may be compressed, for what these parts tell apart. */
export function etagOf(...parts: (string | number | boolean)[]): string {
  return `W/"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)}"`;
}

/** Answers 304 and says true when the caller has what the tag names, so that it need not be made. */
export function isKnown(request: GatewayRequest, response: GatewayResponse, etag: string): boolean {
  response.set('ETag', etag);
  // Not `request.fresh`: fetch in Node sends `Cache-Control: no-cache` beside the tag, and that is about caches.
  const known = (request.get('if-none-match') ?? '').split(',').map((tag) => tag.trim());
  if (!known.includes(etag)) return false;
  response.status(304).end();
  return true;
}
