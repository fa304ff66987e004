import { afterEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { createGoogleOAuth, createPkce } from '../src/index.ts';
import { json, startTinyServer, type Answerer } from './tiny-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const refreshToken = '1//planted-refresh-token';
const tokens = {
  access_token: 'ya29.a',
  expires_in: 3600,
  refresh_token: '1//new',
  scope: 'openid email',
  id_token: 'x.y.z',
};

async function setUp(answer: Answerer) {
  const server = await startTinyServer(answer);
  open.push(server);
  const oauth = createGoogleOAuth({
    clientId: 'client',
    clientSecret: 'planted-secret',
    tokenUrl: `${server.url}/token`,
    revokeUrl: `${server.url}/revoke`,
    userinfoUrl: `${server.url}/userinfo`,
    timeoutMs: 200,
  });
  return { server, oauth };
}

describe('OAuth', () => {
  it('asks for consent offline, with PKCE', () => {
    const oauth = createGoogleOAuth({ clientId: 'client', authUrl: 'https://auth.test/o?x=1' });
    const url = new URL(
      oauth.authorizeUrl({
        redirectUri: 'https://me.test/cb',
        state: 's',
        codeChallenge: 'c',
        scopes: ['a', 'b'],
        loginHint: 'ann@example.com',
      }),
    );
    expect(Object.fromEntries(url.searchParams)).toEqual({
      x: '1',
      client_id: 'client',
      redirect_uri: 'https://me.test/cb',
      response_type: 'code',
      scope: 'a b',
      state: 's',
      code_challenge: 'c',
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'consent',
      include_granted_scopes: 'true',
      login_hint: 'ann@example.com',
    });
  });

  it('makes a fresh verifier and its S256 challenge', async () => {
    const { codeVerifier, codeChallenge } = await createPkce();
    expect(codeVerifier).toMatch(/^[\w-]{43}$/);
    expect(codeChallenge).toBe(createHash('sha256').update(codeVerifier).digest('base64url'));
    expect((await createPkce()).codeVerifier).not.toBe(codeVerifier);
  });

  it('exchanges a code, and says when a refresh token is to be kept', async () => {
    const { server, oauth } = await setUp((request, response) =>
      json(
        response,
        request.body.includes('grant_type=refresh_token')
          ? { access_token: 'ya29.b', expires_in: 60 }
          : tokens,
      ),
    );
    const exchanged = await oauth.exchangeCode({
      code: '4/c',
      codeVerifier: 'v',
      redirectUri: 'https://me.test/cb',
    });
    expect(exchanged).toMatchObject({
      accessToken: 'ya29.a',
      refreshToken: '1//new',
      scope: 'openid email',
      idToken: 'x.y.z',
    });
    expect(Math.abs(exchanged.expiresAt.getTime() - Date.now() - 3_600_000)).toBeLessThan(5_000);
    expect(await oauth.refresh(refreshToken)).toMatchObject({ accessToken: 'ya29.b', refreshToken: null });
    expect(Object.fromEntries(new URLSearchParams(server.requests[0]?.body))).toEqual({
      grant_type: 'authorization_code',
      code: '4/c',
      code_verifier: 'v',
      redirect_uri: 'https://me.test/cb',
      client_id: 'client',
      client_secret: 'planted-secret',
    });
  });

  it.each([
    [
      'invalid_grant',
      400,
      { error: 'invalid_grant', error_description: 'Token has been revoked.' },
      'OAuthRevokedError',
      false,
    ],
    ['invalid_client', 401, { error: 'invalid_client' }, 'OAuthRequestError', false],
    ['invalid_grant in a bad hour', 503, { error: 'invalid_grant' }, 'OAuthUnavailableError', true],
    ['a page', 502, '<html>', 'OAuthUnavailableError', true],
    ['a 400 that says nothing', 400, 'bad', 'OAuthUnavailableError', true],
    ['a 200 without a token', 200, { expires_in: 5 }, 'OAuthUnavailableError', true],
    ['a 200 that is cut off', 200, '{"access_token":"ya', 'OAuthUnavailableError', true],
    ['too many requests', 429, { error: 'rate_limited' }, 'OAuthUnavailableError', true],
  ])(
    'tells %s from a dead grant, without a token in the error',
    async (_title, status, body, name, retryable) => {
      const { oauth } = await setUp(
        (_request, response) =>
          void response
            .writeHead(status, { 'retry-after': '3' })
            .end(typeof body === 'string' ? body : JSON.stringify(body)),
      );
      const error = await oauth.refresh(refreshToken).catch((each) => each);
      expect(error).toMatchObject({ name, retryable });
      expect(inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error)).not.toMatch(
        /planted|ya29/,
      );
    },
  );

  it.each([
    ['hangs', () => undefined],
    ['resets', (_request: unknown, response: { destroy(): void }) => void response.destroy()],
  ])('takes a server that %s for unavailable', async (_title, answer) => {
    const { oauth } = await setUp(answer as Answerer);
    const error = await oauth.refresh(refreshToken).catch((each) => each);
    expect(error).toMatchObject({ name: 'OAuthUnavailableError', retryable: true });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('planted');
  });

  it('passes the caller’s abort as it is', async () => {
    const { oauth } = await setUp(() => undefined);
    const stop = new AbortController();
    const refreshing = oauth.refresh(refreshToken, stop.signal);
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(refreshing).rejects.toBe(reason);
  });

  it('takes the revoking of a dead token for done', async () => {
    const { server, oauth } = await setUp((_request, response) =>
      json(response, { error: 'invalid_token' }, 400),
    );
    await oauth.revoke(refreshToken);
    expect(server.requests[0]?.body).toBe(new URLSearchParams({ token: refreshToken }).toString());
  });

  it('reads who it is', async () => {
    const { oauth } = await setUp((_request, response) =>
      json(response, { sub: '1', email: 'ann@example.com', email_verified: 'true', locale: 'de' }),
    );
    expect(await oauth.userinfo('ya29.a')).toEqual({
      sub: '1',
      email: 'ann@example.com',
      emailVerified: true,
    });
  });
});
