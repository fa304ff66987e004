import { orAborted } from './deadline.ts';
import { GmailAccessRevokedError, OAuthRevokedError } from './errors.ts';
import type { OperationName } from './operations.ts';

/**
 * Where a mailbox's access token comes from; asked before every call, so it should keep what it got.
 * `rejected` is the token that Gmail just refused with 401: get another one, not this.
 */
export type GetAccessToken = (
  signal: AbortSignal | undefined,
  hint: { rejected?: string },
) => Promise<string> | string;

export interface Access {
  token(operation: OperationName, signal: AbortSignal | undefined): Promise<string>;
  /** One request for a new token however many calls were refused with the same one. */
  renewed(operation: OperationName, rejected: string, signal: AbortSignal | undefined): Promise<string>;
}

export function createAccess(getAccessToken: GetAccessToken, timeoutMs: number): Access {
  let renewal: { rejected: string; token: Promise<string> } | undefined;

  function renew(rejected: string): Promise<string> {
    if (renewal?.rejected === rejected) return renewal.token;
    const token = (async () => getAccessToken(AbortSignal.timeout(timeoutMs), { rejected }))();
    const current = { rejected, token };
    renewal = current;
    const forget = () => {
      if (renewal === current) renewal = undefined;
    };
    token.then(forget, forget);
    return token;
  }

  return {
    async token(operation, signal) {
      try {
        return await getAccessToken(signal, {});
      } catch (error) {
        throw asRevoked(operation, error);
      }
    },
    async renewed(operation, rejected, signal) {
      try {
        const token = await orAborted(renew(rejected), signal);
        if (token !== rejected) return token;
      } catch (error) {
        throw asRevoked(operation, error);
      }
      throw new GmailAccessRevokedError({ operation, status: 401, kind: 'token' });
    },
  };
}

/** A dead grant and a refused token are one thing to the caller; other faults of the token's source pass as they are. */
function asRevoked(operation: OperationName, error: unknown): unknown {
  if (!(error instanceof OAuthRevokedError)) return error;
  return new GmailAccessRevokedError({ operation, reason: 'invalid_grant', kind: 'token' }, { cause: error });
}
