// Whether Google would take what we send: its addresses answer, it knows the client, and the clocks agree.
import { bad, expectThat, good, notAsked, partly } from './finding.ts';
import type { Finding } from './finding.ts';

const usual = {
  GOOGLE_TOKEN_URL: 'https://oauth2.googleapis.com/token',
  GMAIL_API_URL: 'https://gmail.googleapis.com',
  GOOGLE_AUTH_URL: 'https://accounts.google.com/o/oauth2/v2/auth',
};
const timeoutMs = 8_000;

export async function googleChecks(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { GOOGLE_CLIENT_ID: clientId, GOOGLE_CLIENT_SECRET: clientSecret } = env;
  if (!clientId || !clientSecret) {
    return [
      bad(
        'an OAuth client is set',
        'no',
        'Set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET (README.md, "Your real Gmail").',
      ),
    ];
  }
  const urls = Object.fromEntries(
    Object.entries(usual).map(([name, value]) => [name, env[name] || value]),
  ) as typeof usual;
  return [
    ...(await clientChecks(urls.GOOGLE_TOKEN_URL, { clientId, clientSecret })),
    await apiCheck(urls.GMAIL_API_URL),
    await consentCheck(urls.GOOGLE_AUTH_URL, {
      clientId,
      publicUrl: env['PUBLIC_URL'] || 'http://localhost:3001',
    }),
  ];
}

/** A refresh token that cannot be good: whoever knows the client complains of the token, otherwise of the client. */
async function clientChecks(
  tokenUrl: string,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
): Promise<Finding[]> {
  const form = {
    grant_type: 'refresh_token',
    refresh_token: 'none-the-doctor-asks',
    client_id: clientId,
    client_secret: clientSecret,
  };
  const answer = await ask(tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
  if ('fault' in answer) return [unreachable(tokenUrl, answer.fault)];
  const { error } = (await answer.response.json().catch(() => ({}))) as { error?: string };
  const what = 'Google knows the OAuth client';
  const apart = Math.abs(Date.parse(answer.response.headers.get('date') ?? '') - Date.now()) / 1_000;
  return [
    good(`${new URL(tokenUrl).host} answers`, String(answer.response.status)),
    error === 'invalid_grant'
      ? good(what)
      : bad(
          what,
          error ?? `status ${answer.response.status}`,
          error === 'invalid_client' || error === 'unauthorized_client'
            ? 'GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET do not belong together, or the client was deleted: look in the console under Clients.'
            : 'The answer is not Google’s: is a proxy in between, or GOOGLE_TOKEN_URL another address?',
        ),
    Number.isNaN(apart)
      ? notAsked('Google’s clock and this one agree', 'It sent no date.')
      : expectThat('Google’s clock and this one agree', apart < 30, {
          read: `${Math.round(apart)} s apart`,
          advice: 'Let this machine take its time from NTP: sign-ins are refused otherwise.',
        }),
  ];
}

/** Without a token it has to say 401: 404 is another server, 403 a project without the Gmail API. */
async function apiCheck(apiUrl: string): Promise<Finding> {
  const what = 'the Gmail API answers';
  const answer = await ask(`${apiUrl}/gmail/v1/users/me/profile`);
  if ('fault' in answer) return unreachable(apiUrl, answer.fault);
  const { status } = answer.response;
  if (status === 401) return good(what, '401 without a token');
  return status === 403
    ? bad(what, '403', 'Enable the Gmail API in the Cloud project: APIs & Services → Library.')
    : bad(what, String(status), 'GMAIL_API_URL is not an address of the Gmail API.');
}

async function consentCheck(
  authUrl: string,
  { clientId, publicUrl }: { clientId: string; publicUrl: string },
): Promise<Finding> {
  const redirect = `${new URL(publicUrl).origin}/api/auth/google/callback`;
  const what = `the consent page takes ${redirect}`;
  const url = new URL(authUrl);
  const query = { client_id: clientId, redirect_uri: redirect, response_type: 'code', scope: 'openid email' };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const answer = await ask(url.href, { redirect: 'manual' });
  if ('fault' in answer) return unreachable(authUrl, answer.fault);
  const { status, headers } = answer.response;
  const said = `${headers.get('location') ?? ''} ${await answer.response.text()}`;
  const fault = /redirect_uri_mismatch|invalid_client|deleted_client|org_internal/.exec(said)?.[0];
  if (fault) {
    return bad(
      what,
      fault,
      'In the console under Clients, add exactly this address as an authorised redirect URI.',
    );
  }
  return status < 400
    ? good(what)
    : partly(what, String(status), 'Open it in a browser: Google says there what it misses.');
}

type Answer = { response: Response } | { fault: string };

async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  try {
    return { response: await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }) };
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return { fault: cause?.code ?? name };
  }
}

function unreachable(url: string, fault: string): Finding {
  return bad(
    `${new URL(url).host} answers`,
    fault,
    'Nothing comes back: DNS, a proxy, or a firewall that does not let this machine out to port 443.',
  );
}
