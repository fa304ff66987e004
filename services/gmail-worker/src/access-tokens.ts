// A valid access token for a mailbox. Refreshing twice at once costs a call and nothing else: the
// write is a compare-and-set, the loser takes the winner's token.
import type { Credentials, Db } from '@finito/db';
import { OAuthRevokedError } from '@finito/gmail';
import type { GoogleOAuth } from '@finito/gmail';

export interface AccessTokens {
  /** `rejected`: the token that Gmail has just refused. @throws OAuthRevokedError when the grant is gone */
  get(mailboxId: string, options?: { rejected?: string }): Promise<string>;
}

/** Google's tokens live an hour; one that ends within a minute could end during a call. */
const spareMs = 60_000;

export function createAccessTokens({
  db,
  oauth,
  now = Date.now,
}: {
  db: Pick<Db, 'credentials'>;
  oauth: GoogleOAuth;
  now?: () => number;
}): AccessTokens {
  const refreshing = new Map<string, Promise<string>>();

  async function current(mailboxId: string, rejected?: string): Promise<string> {
    const stored = await db.credentials.get(mailboxId);
    if (!stored) throw new OAuthRevokedError('the mailbox has no credentials');
    const { accessToken, accessTokenExpiresAt } = stored;
    const isFresh = accessToken !== null && (accessTokenExpiresAt ?? 0) - spareMs > now();
    if (isFresh && accessToken !== rejected) return accessToken;
    return refresh(mailboxId, stored);
  }

  async function refresh(mailboxId: string, stored: Credentials & { version: number }): Promise<string> {
    const { version, ...credentials } = stored;
    const tokens = await oauth.refresh(credentials.refreshToken);
    const stillOurs = await db.credentials.replace(mailboxId, version, {
      ...credentials,
      refreshToken: tokens.refreshToken ?? credentials.refreshToken,
      accessToken: tokens.accessToken,
      accessTokenExpiresAt: tokens.expiresAt.getTime(),
    });
    return stillOurs ? tokens.accessToken : await current(mailboxId);
  }

  return {
    get(mailboxId, { rejected } = {}) {
      const running = refreshing.get(mailboxId);
      if (running) return running;
      const token = current(mailboxId, rejected).finally(() => refreshing.delete(mailboxId));
      refreshing.set(mailboxId, token);
      return token;
    },
  };
}
