// What the gateway survives: everybody who may not, secrets planted everywhere, clients that mean harm, ten thousand
// requests at once on four gateways, Redis frozen and gone.
import type { Kit, Result, Row } from '../bench/kit/program.ts';
import { authorisationRows } from './gateway/authorisation.ts';
import { hostileRows } from './gateway/hostile-clients.ts';
import { rateLimitRows } from './gateway/rate-limit.ts';

export const options = {
  /** Connections that are opened and left. */
  idle: 10_000,
  /** Clients that send a byte now and then. */
  slow: 500,
  /** Requests at once, over all gateways. */
  parallel: 10_000,
  gateways: 4,
  /** How long a user keeps asking: a window is 60. */
  seconds: 75,
  /** Only the nth part, beginning at 1; 0: all of them. */
  only: 0,
};

export async function drillGateway(kit: Kit): Promise<Result> {
  const parts = [authorisationRows, hostileRows, rateLimitRows];
  const rows: Row[] = [];
  for (const [index, part] of parts.entries()) {
    if (kit.options['only'] === 0 || kit.options['only'] === index + 1) rows.push(...(await part(kit)));
  }
  return { source: 'gateways as processes of their own, in production', rows };
}
