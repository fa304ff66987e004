// Google's OAuth 2.0 as far as a mail product uses it: a consent page, PKCE, refresh, revoke, who-am-I.
// Tokens are signed, not stored, so they outlive a restart; what was revoked is remembered.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Mailbox } from './mailbox.ts';

export interface OAuthOptions {
  clientId: string;
  clientSecret: string;
  signingKey: string;
  accessTokenSeconds: number;
  revoked: Set<string>;
  onRevoked: (id: string) => void;
  signIdToken: (claims: Record<string, unknown>) => Promise<string>;
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

interface Code {
  email: string;
  redirectUri: string;
  challenge: string | null;
  scope: string;
  offline: boolean;
  expiresAt: number;
}

export type OAuth = ReturnType<typeof createOAuth>;

export function createOAuth(options: OAuthOptions, accounts: Map<string, Mailbox>) {
  const { clientId, clientSecret, signingKey, accessTokenSeconds, revoked } = options;
  const codes = new Map<string, Code>();
  const sign = (text: string) => createHmac('sha256', signingKey).update(text).digest('base64url');

  function issue(kind: 'at' | 'rt', email: string, expiresAt: number, grant: string): string {
    const text = [kind, Buffer.from(email).toString('base64url'), expiresAt, grant].join('.');
    return `sim.${text}.${sign(text)}`;
  }

  function read(token: string): { kind: string; email: string; grant: string } | undefined {
    const match = /^sim\.((at|rt)\.([\w-]+)\.(\d+)\.([\w-]+))\.([\w-]+)$/.exec(token);
    if (!match) return undefined;
    const [, text = '', kind = '', email = '', expiresAt = '', grant = '', signature = ''] = match;
    const right = Buffer.from(sign(text));
    const given = Buffer.from(signature);
    if (right.length !== given.length || !timingSafeEqual(right, given)) return undefined;
    if (Number(expiresAt) !== 0 && Number(expiresAt) < Date.now()) return undefined;
    if (revoked.has(grant)) return undefined;
    return { kind, email: Buffer.from(email, 'base64url').toString(), grant };
  }

  function tokens(email: string, scope: string, grant: string, withRefresh: boolean) {
    return {
      access_token: issue('at', email, Date.now() + accessTokenSeconds * 1_000, grant),
      expires_in: accessTokenSeconds,
      scope,
      token_type: 'Bearer',
      ...(withRefresh && { refresh_token: issue('rt', email, 0, grant) }),
    };
  }

  function authorizeRequest(query: URLSearchParams) {
    const redirectUri = query.get('redirect_uri') ?? '';
    if (query.get('client_id') !== clientId)
      throw new OAuthError('invalid_client', 'The OAuth client was not found.', 401);
    if (!URL.canParse(redirectUri))
      throw new OAuthError('redirect_uri_mismatch', 'The redirect URI is not registered.');
    if (query.get('response_type') !== 'code')
      throw new OAuthError('unsupported_response_type', 'Only code is supported.');
    const method = query.get('code_challenge_method');
    if (query.has('code_challenge') && method !== 'S256')
      throw new OAuthError('invalid_request', 'Only S256 is supported.');
    return { redirectUri, state: query.get('state'), scope: query.get('scope') ?? '' };
  }

  return {
    authorizeRequest,
    /** The account's owner consented, or (no account) cancelled: where the browser goes next. */
    answer(query: URLSearchParams, email: string | null): string {
      const { redirectUri, state, scope } = authorizeRequest(query);
      const target = new URL(redirectUri);
      if (state !== null) target.searchParams.set('state', state);
      if (email === null || !accounts.has(email)) {
        target.searchParams.set('error', 'access_denied');
        return target.href;
      }
      const code = `4/${randomBytes(24).toString('base64url')}`;
      codes.set(code, {
        email,
        redirectUri,
        scope,
        challenge: query.get('code_challenge'),
        offline: query.get('access_type') === 'offline',
        expiresAt: Date.now() + 600_000,
      });
      target.searchParams.set('code', code);
      target.searchParams.set('scope', scope);
      return target.href;
    },
    async token(form: URLSearchParams) {
      if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
        throw new OAuthError('invalid_client', 'The provided client secret is invalid.', 401);
      }
      if (form.get('grant_type') === 'refresh_token') {
        const token = read(form.get('refresh_token') ?? '');
        if (token?.kind !== 'rt') throw new OAuthError('invalid_grant', 'Token has been expired or revoked.');
        return tokens(
          token.email,
          'openid email https://www.googleapis.com/auth/gmail.modify',
          token.grant,
          false,
        );
      }
      const code = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const isRight =
        code &&
        code.expiresAt > Date.now() &&
        code.redirectUri === form.get('redirect_uri') &&
        (code.challenge === null || code.challenge === challenge);
      if (!isRight) throw new OAuthError('invalid_grant', 'Malformed auth code.');
      const account = accounts.get(code.email)!;
      const idToken = await options.signIdToken({
        sub: account.subject,
        email: account.emailAddress,
        email_verified: true,
        name: account.name,
      });
      return {
        ...tokens(code.email, code.scope, randomBytes(9).toString('base64url'), code.offline),
        id_token: idToken,
      };
    },
    revoke(token: string): void {
      const known = read(token);
      if (!known) throw new OAuthError('invalid_token', 'Token expired or revoked');
      revoked.add(known.grant);
      options.onRevoked(known.grant);
    },
    /** The account of a valid access token. */
    accountOf(authorization: string | undefined): Mailbox | undefined {
      const token = read(authorization?.replace(/^Bearer /i, '') ?? '');
      return token?.kind === 'at' ? accounts.get(token.email) : undefined;
    },
    issueTokens(email: string) {
      const grant = randomBytes(9).toString('base64url');
      const issued = tokens(email, 'openid email https://www.googleapis.com/auth/gmail.modify', grant, true);
      return {
        accessToken: issued.access_token,
        refreshToken: issued.refresh_token!,
        expiresAt: new Date(Date.now() + accessTokenSeconds * 1_000),
      };
    },
  };
}
