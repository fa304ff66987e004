import type { IncomingHttpHeaders } from 'node:http';
import { CrossSiteRequestError } from './errors.ts';

/**
 * Refuses a change that a browser makes with this browser's session for a page of another site. Browsers say where
 * a request comes from (`Sec-Fetch-Site`, or `Origin`) and pages cannot alter that; a request with neither is no
 * browser's. A bearer token is never sent by itself, so it needs no such check.
 * @throws CrossSiteRequestError
 */
export function refuseCrossSite(headers: IncomingHttpHeaders, publicOrigin: string): void {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return;
  if (site === undefined && headers.origin === undefined) return;
  if (site === undefined && headers.origin === publicOrigin) return;
  throw new CrossSiteRequestError('the request came from another site');
}
