// Google's OAuth 2.0 as far as a mail product uses it: consent, PKCE, refresh, revoke, who-am-I.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Mailbox } from './mailbox/mailbox.ts';
import type { Claims, SignedTokens } from './signed-tokens.ts';
import { strictlyLater } from './strictly-later.ts';

export interface OAuthOptions {
  clientId: string;
  clientSecret: string;
  accessTokenSeconds: number;
  tokens: SignedTokens;
  revocations: Revocations;
  signIdToken: (claims: Record<string, unknown>) => Promise<string>;
  accounts: ReadonlyMap<string, Mailbox>;
}

/** What was revoked, which is kept over restarts. */
export interface Revocations {
  isRevoked(claims: Claims): boolean;
  revokeGrant(grant: string): void;
  /** Everything that the account granted until now. */
  revokeAccount(email: string): void;
}

export class OAuthError extends Error {
  override name = 'OAuthError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, description: string, status = 400) {
    super(description);
    this.code = code;
    this.status = status;
  }
}

export interface Access {
  mailbox: Mailbox;
  /** Its consent covers Gmail. */
  mayReadMail: boolean;
}

interface Code {
  email: string;
  redirectUri: string;
  challenge: string | null;
  scope: string;
  nonce: string | null;
  hasRefresh: boolean;
  expiresAt: number;
}

const codeLifeMs = 600_000;
const fullScope = 'openid email profile https://www.googleapis.com/auth/gmail.modify';

export class OAuth {
  readonly #options: OAuthOptions;
  readonly #codes = new Map<string, Code>();
  readonly #consented = new Set<string>();

  constructor(options: OAuthOptions) {
    this.#options = options;
  }

  /** Checks the address that the product sends the browser to. @throws OAuthError */
  checkRequest(query: URLSearchParams): void {
    const challenge = query.get('code_challenge');
    if (query.get('client_id') !== this.#options.clientId) {
      throw new OAuthError('invalid_client', 'The OAuth client was not found.', 401);
    }
    if (!/^https?:$/.test(URL.parse(query.get('redirect_uri') ?? '')?.protocol ?? '')) {
      throw new OAuthError('redirect_uri_mismatch', 'The redirect URI in the request is not registered.');
    }
    if (query.get('response_type') !== 'code') {
      throw new OAuthError('unsupported_response_type', 'Only response_type=code is supported.');
    }
    if (!query.get('scope')) throw new OAuthError('invalid_scope', 'Missing required parameter: scope');
    if (challenge !== null && query.get('code_challenge_method') !== 'S256') {
      throw new OAuthError('invalid_request', 'Only code_challenge_method=S256 is supported.');
    }
    if (challenge !== null && !/^[\w-]{43}$/.test(challenge)) {
      throw new OAuthError('invalid_request', 'Invalid code_challenge.');
    }
  }

  /** The account's owner consented, or (`undefined`) cancelled: where the browser goes next. */
  answer(query: URLSearchParams, email: string | undefined): string {
    this.checkRequest(query);
    const target = new URL(query.get('redirect_uri')!);
    const state = query.get('state');
    if (state !== null) target.searchParams.set('state', state);
    if (email === undefined || !this.#options.accounts.has(email)) {
      target.searchParams.set('error', 'access_denied');
      return target.href;
    }
    // Google gives a refresh token with the first consent, and then only where consent is asked for again.
    const isFirst = !this.#consented.has(email) || /\bconsent\b/.test(query.get('prompt') ?? '');
    this.#consented.add(email);
    const code = `4/0A${randomBytes(24).toString('base64url')}`;
    this.#codes.set(code, {
      email,
      redirectUri: query.get('redirect_uri')!,
      scope: query.get('scope')!,
      nonce: query.get('nonce'),
      challenge: query.get('code_challenge'),
      hasRefresh: isFirst && query.get('access_type') === 'offline',
      expiresAt: Date.now() + codeLifeMs,
    });
    target.searchParams.set('code', code);
    target.searchParams.set('scope', query.get('scope')!);
    return target.href;
  }

  /** The token endpoint. @throws OAuthError */
  async token(form: URLSearchParams): Promise<object> {
    const { clientId, clientSecret } = this.#options;
    if (form.get('client_id') !== clientId || !isSame(form.get('client_secret') ?? '', clientSecret)) {
      throw new OAuthError('invalid_client', 'The provided client secret is invalid.', 401);
    }
    switch (form.get('grant_type')) {
      case 'refresh_token':
        return this.#refreshed(form.get('refresh_token') ?? '');
      case 'authorization_code':
        return this.#exchanged(form);
      default:
        throw new OAuthError('unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type') ?? ''}`);
    }
  }

  /** @throws OAuthError */
  revoke(token: string): void {
    const claims = this.#valid(token);
    if (!claims) throw new OAuthError('invalid_token', 'Token expired or revoked');
    this.#options.revocations.revokeGrant(claims.grant);
  }

  /** Whose access token an Authorization header carries. */
  accessOf(authorization: string | undefined): Access | undefined {
    const claims = this.#valid(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    const mailbox = claims?.kind === 'access' ? this.#options.accounts.get(claims.email) : undefined;
    if (!claims || !mailbox) return undefined;
    return { mailbox, mayReadMail: /mail\.google\.com|auth\/gmail\./.test(claims.scope) };
  }

  /** Tokens as consent and exchange would give them, without a browser. */
  issueTokens(email: string) {
    const { accessTokenSeconds } = this.#options;
    const issued = this.#tokens({ ...newGrant(), email, scope: fullScope }, true);
    return {
      accessToken: issued.access_token,
      refreshToken: issued.refresh_token!,
      expiresAt: new Date(Date.now() + accessTokenSeconds * 1_000),
    };
  }

  #valid(token: string): Claims | undefined {
    const claims = this.#options.tokens.read(token);
    return claims && !this.#options.revocations.isRevoked(claims) ? claims : undefined;
  }

  #refreshed(token: string) {
    const claims = this.#valid(token);
    if (claims?.kind !== 'refresh') {
      throw new OAuthError('invalid_grant', 'Token has been expired or revoked.');
    }
    return this.#tokens(claims, false);
  }

  async #exchanged(form: URLSearchParams) {
    const code = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    if (!code || code.expiresAt < Date.now()) throw new OAuthError('invalid_grant', 'Malformed auth code.');
    if (code.redirectUri !== form.get('redirect_uri')) {
      throw new OAuthError('redirect_uri_mismatch', 'Bad Request');
    }
    const verifier = form.get('code_verifier') ?? '';
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (code.challenge === null ? verifier !== '' : !isSame(challenge, code.challenge)) {
      throw new OAuthError('invalid_grant', 'Invalid code verifier.');
    }
    const { subject, emailAddress, name } = this.#options.accounts.get(code.email)!;
    const id_token = await this.#options.signIdToken({
      sub: subject,
      email: emailAddress,
      email_verified: true,
      name,
      ...(code.nonce !== null && { nonce: code.nonce }),
    });
    const { email, scope, hasRefresh } = code;
    return { ...this.#tokens({ ...newGrant(), email, scope }, hasRefresh), id_token };
  }

  #tokens({ email, grant, scope, grantedAt }: Omit<Claims, 'kind' | 'expiresAt'>, hasRefresh: boolean) {
    const { tokens, accessTokenSeconds } = this.#options;
    const claims = { email, grant, scope, grantedAt };
    const expiresAt = Date.now() + accessTokenSeconds * 1_000;
    return {
      access_token: tokens.issue({ kind: 'access', ...claims, expiresAt }),
      expires_in: accessTokenSeconds,
      scope,
      token_type: 'Bearer',
      ...(hasRefresh && { refresh_token: tokens.issue({ kind: 'refresh', ...claims }) }),
    };
  }
}

function newGrant() {
  return { grant: randomBytes(9).toString('base64url'), grantedAt: strictlyLater() };
}

function isSame(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
