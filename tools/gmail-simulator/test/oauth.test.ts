import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import type { GmailSimulator } from '../src/index.ts';
import { aMessage, email, simulatorWith } from './client.ts';

let simulator: GmailSimulator;
beforeEach(async () => {
  simulator = await simulatorWith([aMessage()]);
});
afterEach(() => simulator.close());

const verifier = 'v'.repeat(50);
const redirectUri = 'http://localhost:3001/callback';

function authorizeUrl(changes: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: simulator.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email https://www.googleapis.com/auth/gmail.modify',
    state: 'some-state',
    access_type: 'offline',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    nonce: 'some-nonce',
    ...changes,
  });
  return `${simulator.endpoints.GOOGLE_AUTH_URL}?${query.toString()}`;
}

/** Presses the consent button, as the browser would. */
async function consent(changes: Record<string, string> = {}, account = email): Promise<URLSearchParams> {
  const body = new URLSearchParams({ account });
  const answer = await fetch(authorizeUrl(changes), { method: 'POST', body, redirect: 'manual' });
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get('location')!).searchParams;
}

async function token(form: Record<string, string>) {
  const secrets = { client_id: simulator.clientId, client_secret: simulator.clientSecret };
  const body = new URLSearchParams({ ...secrets, ...form });
  const answer = await fetch(simulator.endpoints.GOOGLE_TOKEN_URL, { method: 'POST', body });
  return { status: answer.status, ...((await answer.json()) as Record<string, string>) } as Record<
    string,
    string
  > & {
    status: number;
  };
}

const exchange = (code: string, more: Record<string, string> = {}) =>
  token({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...more,
  });

const profile = async (accessToken: string | undefined) => {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await fetch(`${simulator.url}/gmail/v1/users/me/profile`, { headers })).status;
};

describe('consent', () => {
  it('the page has a button for each account, and one to cancel', async () => {
    const page = await (await fetch(authorizeUrl())).text();
    expect(page).toContain(`<button name="account" value="${email}">`);
    expect((await consent({}, '')).get('error')).toBe('access_denied');
  });

  it('a request that is wrong is told to the person, and goes nowhere', async () => {
    const wrong: Record<string, string>[] = [
      { client_id: 'other' },
      { redirect_uri: 'nowhere' },
      { response_type: 'token' },
      { code_challenge_method: 'plain' },
      { scope: '' },
    ];
    for (const changes of wrong) {
      const answer = await fetch(authorizeUrl(changes), { redirect: 'manual' });
      expect([answer.status >= 400, await answer.text()]).toEqual([
        true,
        expect.stringContaining('Access blocked'),
      ]);
    }
  });
});

describe('tokens', () => {
  it('come for a code and its verifier, with an id token that the certificates verify', async () => {
    const query = await consent();
    expect(query.get('state')).toBe('some-state');
    const given = await exchange(query.get('code')!);
    expect(await profile(given['access_token'])).toBe(200);
    const keys = (await (await fetch(simulator.endpoints.GOOGLE_CERTS_URL)).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(given['id_token']!, createLocalJWKSet(keys), {
      issuer: 'https://accounts.google.com',
      audience: simulator.clientId,
    });
    expect(payload).toMatchObject({ email, email_verified: true, nonce: 'some-nonce' });
    const headers = { authorization: `Bearer ${given['access_token']}` };
    const who = await (await fetch(simulator.endpoints.GOOGLE_USERINFO_URL, { headers })).json();
    expect(who).toMatchObject({ sub: payload.sub, email });
  });

  it('a code works once, only with its verifier, and only where it was sent', async () => {
    const code = async () => (await consent()).get('code')!;
    expect(await exchange(await code(), { code_verifier: 'w'.repeat(50) })).toMatchObject({
      error: 'invalid_grant',
    });
    expect(await exchange(await code(), { redirect_uri: 'http://elsewhere/' })).toMatchObject({
      status: 400,
    });
    expect(await exchange(await code(), { client_secret: 'wrong' })).toMatchObject({ status: 401 });
    const once = await code();
    expect(await exchange(once)).toMatchObject({ status: 200 });
    expect(await exchange(once)).toMatchObject({ error: 'invalid_grant' });
  });

  it('a refresh token comes with the first consent, and then only if consent is asked for again', async () => {
    const refreshToken = async (changes = {}) =>
      (await exchange((await consent(changes)).get('code')!))['refresh_token'];
    const first = await refreshToken();
    expect(first).toBeDefined();
    expect(await refreshToken()).toBeUndefined();
    expect(await refreshToken({ prompt: 'consent' })).toBeDefined();
    const fresh = await token({ grant_type: 'refresh_token', refresh_token: first! });
    expect(await profile(fresh['access_token'])).toBe(200);
    expect(await token({ grant_type: 'password' })).toMatchObject({ error: 'unsupported_grant_type' });
  });

  it('end when they are revoked, all of their grant, and expire', async () => {
    const { accessToken, refreshToken } = simulator.issueTokens(email);
    const body = new URLSearchParams({ token: refreshToken });
    expect((await fetch(simulator.endpoints.GOOGLE_REVOKE_URL, { method: 'POST', body })).status).toBe(200);
    expect(await profile(accessToken)).toBe(401);
    expect(await token({ grant_type: 'refresh_token', refresh_token: refreshToken })).toMatchObject({
      error: 'invalid_grant',
    });
    const others = simulator.issueTokens(email);
    simulator.revokeTokens(email);
    expect(await profile(others.accessToken)).toBe(401);
    expect(await profile(simulator.issueTokens(email).accessToken)).toBe(200);
    const brief = await simulatorWith([aMessage()], { accessTokenSeconds: -1 });
    const headers = { authorization: `Bearer ${brief.issueTokens(email).accessToken}` };
    expect((await fetch(`${brief.url}/gmail/v1/users/me/profile`, { headers })).status).toBe(401);
    await brief.close();
  });

  it('without Gmail among the scopes read no mail, and nobody reads another’s', async () => {
    const given = await exchange((await consent({ scope: 'openid email' })).get('code')!);
    expect(await profile(given['access_token'])).toBe(403);
    expect(await profile('ya29.made-up')).toBe(401);
    const { accessToken } = simulator.issueTokens(email);
    const headers = { authorization: `Bearer ${accessToken}` };
    const other = `${simulator.url}/gmail/v1/users/else@example.com/profile`;
    expect((await fetch(other, { headers })).status).toBe(403);
  });
});
