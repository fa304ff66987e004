import * as z from 'zod/mini';
import { withDeadline } from './deadline.ts';
import { OAuthRequestError, OAuthRevokedError, OAuthUnavailableError } from './errors.ts';
import { networkCode } from './exchange.ts';
import { retryAfterMs } from './retry-after.ts';
import { fetchTransport, type Transport, type TransportAnswer } from './transport.ts';

export interface GoogleOAuthOptions {
  clientId: string;
  /** Absent for public clients, which rely on PKCE alone. */
  clientSecret?: string;
  authUrl?: string;
  tokenUrl?: string;
  revokeUrl?: string;
  userinfoUrl?: string;
  transport?: Transport;
  /** Default 10,000. */
  timeoutMs?: number;
}

export interface TokenSet {
  accessToken: string;
  /** Google sends it with the first consent and when it rotates; `null`: keep the one you have. */
  refreshToken: string | null;
  expiresAt: Date;
  /** Granted scopes, separated by spaces; the person may have granted fewer than asked for. */
  scope: string;
  idToken?: string;
}

export interface UserInfo {
  sub: string;
  email?: string;
  emailVerified?: boolean;
  name?: string;
  picture?: string;
}

export interface AuthorizeOptions {
  redirectUri: string;
  state: string;
  codeChallenge: string;
  scopes: readonly string[];
  /** The address to offer first. */
  loginHint?: string;
}

/** Every call may throw OAuthUnavailableError or OAuthRequestError, and takes its AbortSignal last. */
export interface GoogleOAuth {
  authorizeUrl(options: AuthorizeOptions): string;
  /** @throws OAuthRevokedError for a code that is used, old or of another client. */
  exchangeCode(
    options: { code: string; codeVerifier: string; redirectUri: string },
    signal?: AbortSignal,
  ): Promise<TokenSet>;
  /** @throws OAuthRevokedError when the grant is gone. */
  refresh(refreshToken: string, signal?: AbortSignal): Promise<TokenSet>;
  /** Succeeds also for a token that was already dead. */
  revoke(token: string, signal?: AbortSignal): Promise<void>;
  userinfo(accessToken: string, signal?: AbortSignal): Promise<UserInfo>;
}

const tokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  expires_in: z.number().check(z.positive()),
  refresh_token: z.optional(z.string().check(z.minLength(1))),
  scope: z._default(z.string(), ''),
  id_token: z.optional(z.string()),
});

const userinfoAnswer = z.object({
  sub: z.string().check(z.minLength(1)),
  email: z.optional(z.string()),
  email_verified: z.optional(
    z.union([
      z.boolean(),
      z.pipe(
        z.enum(['true', 'false']),
        z.transform((word) => word === 'true'),
      ),
    ]),
  ),
  name: z.optional(z.string()),
  picture: z.optional(z.string()),
});

/** Google's OAuth 2.0 with PKCE S256. Sends each request once: who calls decides on another try. */
export function createGoogleOAuth(options: GoogleOAuthOptions): GoogleOAuth {
  const {
    authUrl = 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl = 'https://oauth2.googleapis.com/token',
    revokeUrl = 'https://oauth2.googleapis.com/revoke',
    userinfoUrl = 'https://openidconnect.googleapis.com/v1/userinfo',
    clientId,
    clientSecret,
  } = options;
  const ask = createAsk(options.transport ?? fetchTransport(), options.timeoutMs ?? 10_000);
  const client: Record<string, string> = { client_id: clientId };
  if (clientSecret !== undefined) client.client_secret = clientSecret;
  const token = async (form: Record<string, string>, signal: AbortSignal | undefined) => {
    const answer = await ask({ verb: 'POST', url: tokenUrl, form: { ...form, ...client } }, signal);
    return tokenSetFrom(readAnswer(tokenAnswer, answer));
  };

  return {
    authorizeUrl: (wanted) => authorizeUrl(authUrl, clientId, wanted),
    exchangeCode: ({ code, codeVerifier, redirectUri }, signal) =>
      token(
        { grant_type: 'authorization_code', code, code_verifier: codeVerifier, redirect_uri: redirectUri },
        signal,
      ),
    refresh: (refreshToken, signal) =>
      token({ grant_type: 'refresh_token', refresh_token: refreshToken }, signal),
    async revoke(revoked, signal) {
      const answer = await ask({ verb: 'POST', url: revokeUrl, form: { token: revoked } }, signal);
      if (!isOk(answer) && reasonOf(answer) !== 'invalid_token') throw refusal(answer);
    },
    async userinfo(accessToken, signal) {
      const answer = await ask({ verb: 'GET', url: userinfoUrl, accessToken }, signal);
      const { email_verified: emailVerified, ...info } = readAnswer(userinfoAnswer, answer);
      return { ...info, emailVerified };
    },
  };
}

function authorizeUrl(authUrl: string, clientId: string, options: AuthorizeOptions): string {
  const url = new URL(authUrl);
  const query = {
    client_id: clientId,
    redirect_uri: options.redirectUri,
    response_type: 'code',
    scope: options.scopes.join(' '),
    state: options.state,
    code_challenge: options.codeChallenge,
    code_challenge_method: 'S256',
    // Both are needed to get a refresh token also from a person who consented before.
    access_type: 'offline',
    prompt: 'consent',
    include_granted_scopes: 'true',
    ...(options.loginHint === undefined ? {} : { login_hint: options.loginHint }),
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.toString();
}

type Ask = (request: OAuthRequest, signal: AbortSignal | undefined) => Promise<TransportAnswer>;

interface OAuthRequest {
  verb: 'GET' | 'POST';
  url: string;
  form?: Record<string, string>;
  accessToken?: string;
}

function createAsk(transport: Transport, timeoutMs: number): Ask {
  return async ({ verb, url, form, accessToken }, signal) => {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    if (accessToken !== undefined) headers.authorization = `Bearer ${accessToken}`;
    const body = form === undefined ? undefined : new URLSearchParams(form).toString();
    try {
      return await withDeadline(timeoutMs, signal, (signal) =>
        transport.send({ verb, url, headers, body, signal }),
      );
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      // The transport's error may hold the form with its tokens: only its code is kept.
      throw new OAuthUnavailableError(`the OAuth server could not be asked (${networkCode(error)})`);
    }
  };
}

function readAnswer<T>(schema: z.ZodMiniType<T>, answer: TransportAnswer): T {
  if (!isOk(answer)) throw refusal(answer);
  const parsed = schema.safeParse(parseJson(answer.body));
  if (!parsed.success) throw new OAuthUnavailableError('the OAuth server gave an answer that cannot be read');
  return parsed.data;
}

/** Only `invalid_grant` ends a mailbox's access: anything else may be a bad hour or a setting of ours. */
function refusal(answer: TransportAnswer): Error {
  const reason = reasonOf(answer);
  if (answer.status === 400 && reason === 'invalid_grant')
    return new OAuthRevokedError('the grant was revoked');
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408 || reason === undefined) {
    const wait = retryAfterMs(answer.headers, answer.body.slice(0, 8_192), Date.now());
    return new OAuthUnavailableError(`the OAuth server is unavailable (${answer.status})`, {
      retryAfterMs: wait,
    });
  }
  return new OAuthRequestError(reason);
}

function reasonOf({ body }: TransportAnswer): string | undefined {
  const parsed = parseJson(body);
  const error = typeof parsed === 'object' && parsed !== null && 'error' in parsed ? parsed.error : undefined;
  return typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : undefined;
}

function tokenSetFrom(answer: z.infer<typeof tokenAnswer>): TokenSet {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    expiresAt: new Date(Date.now() + answer.expires_in * 1000),
    scope: answer.scope,
    idToken: answer.id_token,
  };
}

function isOk({ status }: TransportAnswer): boolean {
  return status >= 200 && status < 300;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
