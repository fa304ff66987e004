import { hash } from 'node:crypto';
import type { Db } from '@finito/db';
import type { IncomingHttpHeaders } from 'node:http';
import type { BearerTokens } from './bearer-tokens.ts';
import type { Principal } from './request-locals.ts';
import type { Sessions } from './sessions.ts';

export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Principal | undefined>;

/** A bearer token is looked up on each request, so a revoked one is refused at once; the stream it opened ends by then. */
const tokenProofMs = 3_600_000;

/**
 * Who calls, by a bearer token or, without an `Authorization` header, by the session cookie. Undefined for anything
 * that does not prove it. Made-up tokens are told apart by their form, without a query.
 */
export function createAuthenticate({
  sessions,
  tokens,
  db,
  now = Date.now,
}: {
  sessions: Pick<Sessions, 'read'>;
  tokens: Pick<BearerTokens, 'isOurs'>;
  db: Pick<Db, 'apiTokens'>;
  now?: () => number;
}): Authenticate {
  return async ({ authorization, cookie }) => {
    if (authorization === undefined) {
      const session = await sessions.read(cookie);
      return session && { ...session, via: 'session' };
    }
    const [, token = ''] = /^Bearer ([^\s]{1,200})$/i.exec(authorization) ?? [];
    if (!tokens.isOurs(token)) return undefined;
    const userId = await db.apiTokens.findUserId(sha256(token));
    return userId === undefined ? undefined : { userId, via: 'token', expiresAt: now() + tokenProofMs };
  };
}

export function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
