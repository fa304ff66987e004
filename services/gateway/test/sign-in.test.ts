import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { sha256 } from '../src/authenticate.ts';
import { createSessions } from '../src/sessions.ts';
import { aGateway } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

const accounts = ['ann@example.com', 'bob@example.com', 'cyd@example.com', 'dee@example.com'];
let simulator: GmailSimulator;
let gateway: TestGateway;
beforeAll(async () => {
  simulator = await startGmailSimulator({
    accounts: accounts.map((emailAddress) => ({
      emailAddress,
      name: emailAddress.slice(0, 3),
      messages: [],
    })),
  });
  gateway = await aGateway({ simulator });
});
afterAll(async () => {
  await gateway?.close();
  await simulator?.close();
});

/** What a browser is for this: cookies, and no redirect followed by itself. */
function aBrowser() {
  const cookies = new Map<string, string>();
  async function go(url: string, init: RequestInit = {}) {
    const response = await fetch(new URL(url, gateway.origin), {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      if (/Max-Age=0/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }
  const locationOf = (response: Response) => response.headers.get('location') ?? '';
  return {
    cookies,
    go,
    /** To the consent page and, with an account, through it: the address of the callback. */
    async consent(account: string | null) {
      const consentPage = locationOf(await go('/api/auth/google'));
      const answer = await fetch(consentPage, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams(account === null ? {} : { account }),
      });
      return locationOf(answer);
    },
    async signIn(account: string) {
      return locationOf(await go(await this.consent(account)));
    },
    me: async () => (await go('/api/auth/me')).json() as Promise<{ id: string; emailAddress: string }>,
    mailboxes: async () =>
      ((await (await go('/api/mailboxes')).json()) as { items: { emailAddress: string; state: string }[] })
        .items,
  };
}

describe('signing in', () => {
  it('makes the user at the first consent, connects the mailbox and sets the session', async () => {
    const browser = aBrowser();
    expect(await browser.signIn('ann@example.com')).toBe(`${gateway.origin}/`);
    expect(await browser.me()).toMatchObject({ emailAddress: 'ann@example.com', via: 'session' });
    expect(await browser.mailboxes()).toMatchObject([{ emailAddress: 'ann@example.com', state: 'syncing' }]);
  });

  it('asks for offline access with PKCE S256, a state, and the least scopes', async () => {
    const browser = aBrowser();
    const target = new URL((await browser.go('/api/auth/google')).headers.get('location')!);
    const query = Object.fromEntries(target.searchParams);
    expect(query).toMatchObject({
      access_type: 'offline',
      code_challenge_method: 'S256',
      redirect_uri: `${gateway.origin}/api/auth/google/callback`,
      scope: 'openid email profile https://www.googleapis.com/auth/gmail.modify',
    });
    expect(query['code_challenge']).toMatch(/^[\w-]{43}$/);
    expect(query['state']).toMatch(/^[\w-]{32}$/);
  });

  it('adds a mailbox to whoever is signed in, and signs the same user in through either', async () => {
    const browser = aBrowser();
    await browser.signIn('bob@example.com');
    const { id } = await browser.me();
    await browser.signIn('cyd@example.com');
    expect((await browser.mailboxes()).map(({ emailAddress }) => emailAddress)).toEqual([
      'bob@example.com',
      'cyd@example.com',
    ]);
    const other = aBrowser();
    await other.signIn('cyd@example.com');
    expect((await other.me()).id).toBe(id);
  });

  it('does not give a mailbox of one user to another', async () => {
    await aBrowser().signIn('ann@example.com');
    const browser = aBrowser();
    await browser.signIn('dee@example.com');
    expect(await browser.signIn('ann@example.com')).toBe(`${gateway.origin}/?signin=taken`);
    expect((await browser.mailboxes()).map(({ emailAddress }) => emailAddress)).toEqual(['dee@example.com']);
  });

  it('goes back to the page with the reason when the person declines', async () => {
    const browser = aBrowser();
    expect(await browser.signIn('nobody@example.com')).toBe(`${gateway.origin}/?signin=denied`);
    expect((await browser.go('/api/auth/me')).status).toBe(401);
  });

  it('refuses an answer that another browser asked for, one that comes twice, and one without a state', async () => {
    const victim = aBrowser();
    const attackersAnswer = await aBrowser().consent('ann@example.com');
    expect((await victim.go(attackersAnswer)).headers.get('location')).toMatch(/signin=expired$/);

    const browser = aBrowser();
    const answer = await browser.consent('ann@example.com');
    expect((await browser.go(answer)).headers.get('location')).toBe(`${gateway.origin}/`);
    expect((await aBrowser().go(answer)).headers.get('location')).toMatch(/signin=expired$/);
    expect((await browser.go(answer)).headers.get('location')).toMatch(/signin=expired$/);
    expect((await browser.go('/api/auth/google/callback')).headers.get('location')).toMatch(
      /signin=expired$/,
    );
  });

  it('says that Google does not answer when it does not', async () => {
    const browser = aBrowser();
    const answer = await browser.consent('ann@example.com');
    simulator.inject({ match: { method: 'token', count: 1 }, effect: { status: 503 } });
    expect((await browser.go(answer)).headers.get('location')).toMatch(/signin=unavailable$/);
  });

  it('keeps no code, token or address in its log', async () => {
    await aBrowser().signIn('ann@example.com');
    for (const secret of ['ann@example.com', 'code=', 'sim.at', 'sim.rt'])
      expect(gateway.log()).not.toContain(secret);
  });
});

describe('a session', () => {
  it('R59: needs no memory of the process that began it: any with the same secret knows it, no other does', async () => {
    const user = await gateway.aUser();
    const begunWith = async (secret: string) => {
      const elsewhere = createSessions({ secret, isHttps: false, hours: 1 });
      const cookie = (await elsewhere.start(user.id)).split(';')[0]!;
      return (await fetch(`${gateway.origin}/api/auth/me`, { headers: { cookie } })).status;
    };
    expect(await begunWith('a secret that only tests know')).toBe(200);
    expect(await begunWith('a secret of somebody else')).toBe(401);
  });

  it('ends with a sign-out', async () => {
    const browser = aBrowser();
    await browser.signIn('ann@example.com');
    expect((await browser.go('/api/auth/logout', { method: 'POST' })).status).toBe(204);
    expect((await browser.go('/api/auth/me')).status).toBe(401);
  });

  it('is refused when it is forged, altered, or of another kind', async () => {
    const user = await gateway.aUser();
    const [name, value = ''] = user.cookie.split('=');
    const [head, body, signature] = value.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const forged = [
      'nonsense',
      `${head}.${body}.${'A'.repeat(43)}`,
      `${none}.${body}.`,
      `${none}.${body}.${signature}`,
      (await gateway.sessions.startAttempt({ state: 's', codeVerifier: 'v' })).split(/[=;]/)[1],
    ];
    for (const each of forged) {
      const response = await fetch(`${gateway.origin}/api/auth/me`, {
        headers: { cookie: `${name}=${each}` },
      });
      expect(response.status).toBe(401);
    }
  });

  it('changes nothing for a page of another site, and everything for our own', async () => {
    const user = await gateway.aUser();
    const post = (headers: Record<string, string>) =>
      fetch(`${gateway.origin}/api/sync`, { method: 'POST', headers: { cookie: user.cookie, ...headers } });
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'null' })).status).toBe(403);
    expect((await post({ origin: gateway.origin })).status).toBe(202);
    expect((await post({ 'sec-fetch-site': 'same-origin' })).status).toBe(202);
  });
});

describe('a bearer token', () => {
  it('is shown once, works until it is revoked, and then no more', async () => {
    const user = await gateway.aUser();
    const as = (token: string, init: RequestInit = {}) =>
      fetch(`${gateway.origin}/api/auth/tokens`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
    const answer = await as(user.token, { method: 'POST', body: '{"name":"script"}' });
    const made = (await answer.json()) as { id: string; token: string };
    expect(await (await as(made.token)).json()).toMatchObject({
      items: [{ name: 'script' }, { name: 'test' }],
    });
    expect(JSON.stringify(await (await as(user.token)).json())).not.toContain(made.token);
    const revoked = await fetch(`${gateway.origin}/api/auth/tokens/${made.id}`, {
      method: 'DELETE',
      headers: { authorization: user.authorization },
    });
    expect(revoked.status).toBe(204);
    expect((await as(made.token)).status).toBe(401);
  });

  it('expires', async () => {
    const user = await gateway.aUser();
    const token = gateway.tokens.create();
    await gateway.db.apiTokens.create(user.id, {
      sha256: sha256(token),
      name: 'old',
      expiresAt: new Date(Date.now() - 1_000),
    });
    const response = await fetch(`${gateway.origin}/api/auth/me`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(401);
  });

  it('takes precedence over a cookie, so that a bad one is not silently replaced by a session', async () => {
    const user = await gateway.aUser();
    const response = await fetch(`${gateway.origin}/api/auth/me`, {
      headers: { cookie: user.cookie, authorization: 'Bearer nonsense' },
    });
    expect(response.status).toBe(401);
  });
});
