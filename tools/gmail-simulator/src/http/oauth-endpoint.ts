import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultEffect, Faults } from '../faults.ts';
import { faultError } from '../gmail-api.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import { OAuthError } from '../oauth.ts';
import type { OAuth } from '../oauth.ts';
import { consentPage, errorPage } from './consent-page.ts';
import { sendJson } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { sendAnswer } from './send-answer.ts';

export interface OAuthNeeds {
  accounts: ReadonlyMap<string, Mailbox>;
  oauth: OAuth;
  faults: Faults;
  /** The public keys that id tokens and pushes are signed with, as Google publishes its own. */
  certificates: object;
}

/** `false`: this is no address of OAuth's. */
export async function oauthEndpoint(needs: OAuthNeeds, exchange: Exchange): Promise<boolean> {
  const route = routes[`${exchange.request.method} ${exchange.url.pathname}`];
  if (!route) return false;
  try {
    await route(needs, exchange);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    sendJson(exchange.response, error.status, { error: error.code, error_description: error.message });
  }
  return true;
}

type Route = (needs: OAuthNeeds, exchange: Exchange) => void | Promise<void>;

const routes: Record<string, Route> = {
  'GET /o/oauth2/v2/auth': showConsent,
  'POST /o/oauth2/v2/auth': takeConsent,
  'POST /token': giveToken,
  'POST /revoke': revoke,
  'GET /v1/userinfo': showUser,
  'POST /v1/userinfo': showUser,
  'GET /oauth2/v3/certs': ({ certificates }, { response }) => sendJson(response, 200, certificates),
};

function showConsent({ oauth, accounts }: OAuthNeeds, { response, url }: Exchange): void {
  const html = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  try {
    oauth.checkRequest(url.searchParams);
  } catch (error) {
    // A person looks at this, and the product's redirect URI is not to be trusted yet.
    if (!(error instanceof OAuthError)) throw error;
    response.writeHead(error.status, html).end(errorPage(error.code, error.message));
    return;
  }
  const shown = [...accounts.values()].map(({ emailAddress, name, messages }) => ({
    emailAddress,
    name,
    count: messages.size,
  }));
  response.writeHead(200, html).end(consentPage(url.searchParams.toString(), shown));
}

function takeConsent({ oauth }: OAuthNeeds, { response, url, body }: Exchange): void {
  const account = new URLSearchParams(body.toString()).get('account');
  response.writeHead(302, { location: oauth.answer(url.searchParams, account || undefined) }).end();
}

async function giveToken({ oauth, faults }: OAuthNeeds, exchange: Exchange): Promise<void> {
  const effect = faults.meet({ method: 'token', user: '', path: exchange.url.pathname });
  if (effect?.latencyMs) await sleep(effect.latencyMs);
  const { status, body, headers } = effect?.status
    ? refusal(effect)
    : { status: 200, body: await oauth.token(new URLSearchParams(exchange.body.toString())), headers: {} };
  sendAnswer(exchange, { status, body: [Buffer.from(JSON.stringify(body))], headers, effect });
}

/** OAuth's errors have another body than the API's. */
function refusal(effect: FaultEffect) {
  const { status, headers, message } = faultError(effect);
  const code = effect.reason ?? 'temporarily_unavailable';
  return { status, headers, body: { error: code, error_description: message } };
}

function revoke({ oauth }: OAuthNeeds, { response, url, body }: Exchange): void {
  oauth.revoke(new URLSearchParams(body.toString()).get('token') ?? url.searchParams.get('token') ?? '');
  sendJson(response, 200, {});
}

function showUser({ oauth }: OAuthNeeds, { request, response }: Exchange): void {
  const access = oauth.accessOf(request.headers.authorization);
  if (!access) throw new OAuthError('invalid_request', 'Invalid Credentials', 401);
  const { subject, emailAddress, name } = access.mailbox;
  sendJson(response, 200, { sub: subject, email: emailAddress, email_verified: true, name });
}
