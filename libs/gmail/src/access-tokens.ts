// A valid access token for a mailbox. One process of all refreshes it, the others wait for what it
// stores: fifty calls that find a token expired are one refresh (measured without: fifty).
import { OAuthRevokedError, OAuthUnavailableError } from './errors.ts';
import type { GoogleOAuth } from './oauth.ts';

export interface StoredAccess {
  refreshToken: string;
  accessToken: string | null;
  /** Milliseconds since 1970. */
  accessTokenExpiresAt: number | null;
  scope: string;
  /** Another one after each write. */
  version: number;
}

/** Where credentials are kept, shared by all processes. */
export interface CredentialsStore {
  get(mailboxId: string): Promise<StoredAccess | undefined>;
  /** Compare-and-set: false when somebody else wrote since `version`. */
  replace(mailboxId: string, version: number, value: Omit<StoredAccess, 'version'>): Promise<boolean>;
  /** Whether this caller is the one that refreshes; a claim lapses after `forMs`. */
  claimRefresh(mailboxId: string, version: number, forMs: number): Promise<boolean>;
  giveUpRefresh(mailboxId: string, version: number): Promise<void>;
}

export interface AccessTokens {
  /**
   * `rejected`: the token that Gmail has just refused.
   * @throws OAuthRevokedError when the grant is gone; OAuthUnavailableError
   */
  get(mailboxId: string, options?: { rejected?: string }): Promise<string>;
}

/** Google's tokens live an hour; one that ends within a minute could end during a call. */
const spareMs = 60_000;
/** A process that died refreshing holds up the others for this long. */
const claimMs = 10_000;
const lookEveryMs = 100;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function createAccessTokens({
  store,
  oauth,
  now = Date.now,
}: {
  store: CredentialsStore;
  oauth: Pick<GoogleOAuth, 'refresh'>;
  now?: () => number;
}): AccessTokens {
  const underWay = new Map<string, Promise<string>>();

  async function current(mailboxId: string, rejected?: string): Promise<string> {
    for (let waitedMs = 0; waitedMs <= claimMs; waitedMs += lookEveryMs) {
      const stored = await store.get(mailboxId);
      if (!stored) throw new OAuthRevokedError('the mailbox has no credentials');
      const { accessToken, accessTokenExpiresAt, version } = stored;
      const isFresh = accessToken !== null && (accessTokenExpiresAt ?? 0) - spareMs > now();
      if (isFresh && accessToken !== rejected) return accessToken;
      if (await store.claimRefresh(mailboxId, version, claimMs)) return refresh(mailboxId, stored);
      await wait(lookEveryMs);
    }
    throw new OAuthUnavailableError('another process is still refreshing the token', { retryAfterMs: 1_000 });
  }

  async function refresh(mailboxId: string, stored: StoredAccess): Promise<string> {
    const { version, ...credentials } = stored;
    try {
      const tokens = await oauth.refresh(credentials.refreshToken);
      const isOurs = await store.replace(mailboxId, version, {
        ...credentials,
        refreshToken: tokens.refreshToken ?? credentials.refreshToken,
        accessToken: tokens.accessToken,
        accessTokenExpiresAt: tokens.expiresAt.getTime(),
      });
      // The owner consented again meanwhile: what that brought is newer.
      return isOurs ? tokens.accessToken : await current(mailboxId);
    } catch (error) {
      await store.giveUpRefresh(mailboxId, version).catch(() => undefined);
      throw error;
    }
  }

  return {
    async get(mailboxId, { rejected } = {}) {
      for (;;) {
        const running = underWay.get(mailboxId);
        if (!running) break;
        // One that began before the refusal may end with the refused token.
        const token = await running;
        if (token !== rejected) return token;
      }
      const token = current(mailboxId, rejected).finally(() => underWay.delete(mailboxId));
      underWay.set(mailboxId, token);
      return token;
    },
  };
}
