// One call of the Gmail API: who asks, what it costs, what goes wrong, what it answers.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultEffect, Faults } from './faults.ts';
import { applyMask, maskOf } from './fields-mask.ts';
import { badRequest, GoogleError, insufficientScopes, notFound, unauthenticated } from './google-error.ts';
import type { Mailbox } from './mailbox/mailbox.ts';
import type { Piece } from './mailbox/packed-json.ts';
import type { Result } from './methods/method.ts';
import { findMethod } from './methods/methods.ts';
import type { Access, OAuth } from './oauth.ts';
import type { Quota } from './quota.ts';
import { checkMask } from './resource-fields.ts';
import type { Watches } from './watches.ts';

export interface ApiNeeds {
  quota: Quota;
  faults: Faults;
  oauth: Pick<OAuth, 'accessOf'>;
  watches: Watches;
  /** How long an answer takes, drawn anew for each. */
  latencyMs: () => number;
}

export interface ApiRequest {
  verb: string;
  url: URL;
  authorization: string | undefined;
  /** Parsed by whoever knows its form. */
  body: () => Record<string, unknown>;
}

export interface ApiAnswer {
  status: number;
  /** Empty with 204. */
  body: Piece[];
  headers: Record<string, string>;
  /** What the connection does to the answer. */
  effect?: FaultEffect;
}

/** What goes wrong at Google is an answer, never an exception. */
export async function answerCall(needs: ApiNeeds, request: ApiRequest): Promise<ApiAnswer> {
  try {
    return await call(needs, request);
  } catch (error) {
    return errorAnswer(error);
  }
}

/** @throws what is no GoogleError. */
export function errorAnswer(error: unknown, effect?: FaultEffect): ApiAnswer {
  if (!(error instanceof GoogleError)) throw error;
  const body = [Buffer.from(JSON.stringify(error.body()))];
  return { status: error.status, body, headers: error.headers, effect };
}

async function call(needs: ApiNeeds, request: ApiRequest): Promise<ApiAnswer> {
  const { verb, url } = request;
  const found = findMethod(verb, url.pathname);
  if (!found) throw notFound();
  const { method, ids } = found;
  const mailbox = mailboxOf(needs.oauth.accessOf(request.authorization), found.userId);
  const user = mailbox.emailAddress;
  const effect = needs.faults.meet({ method: method.name, user, path: url.pathname });
  needs.quota.charge(user, method.name);
  const latencyMs = needs.latencyMs() + (effect?.latencyMs ?? 0);
  if (latencyMs > 0) await sleep(latencyMs);
  if (effect?.status) return errorAnswer(faultError(effect), effect);
  if (effect?.gone) vanish(mailbox, method.name, ids[0]);

  const mask = maskOf(url.searchParams.get('fields'));
  checkMask(method.name, mask);
  const result = await method.run({
    mailbox,
    watches: needs.watches,
    ids,
    query: url.searchParams,
    body: verb === 'GET' || verb === 'DELETE' ? {} : request.body(),
    mask,
    emptyHistoryPage: effect?.emptyHistoryPage === true,
  });
  return { status: result === undefined ? 204 : 200, body: piecesOf(result, mask), headers: {}, effect };
}

function mailboxOf(access: Access | undefined, userId: string): Mailbox {
  if (!access) throw unauthenticated();
  if (!access.mayReadMail) throw insufficientScopes();
  const { mailbox } = access;
  if (userId !== 'me' && userId.toLowerCase() !== mailbox.emailAddress.toLowerCase()) {
    throw new GoogleError(403, 'forbidden', `Delegation denied for ${mailbox.emailAddress}`);
  }
  return mailbox;
}

function piecesOf(result: Result, mask: ReturnType<typeof maskOf>): Piece[] {
  if (result === undefined) return [];
  return Array.isArray(result) ? result : [Buffer.from(JSON.stringify(applyMask(result, mask)))];
}

function vanish(mailbox: Mailbox, method: string, id = ''): void {
  const ids = method.startsWith('threads.') ? (mailbox.threads.members.get(id) ?? []) : [id];
  for (const each of ids) mailbox.remove(each);
}

/** The answer that a fault asks for. */
export function faultError(effect: FaultEffect): GoogleError {
  const { status = 500, reason = 'backendError', message = 'Backend Error', retryAfter } = effect;
  if (typeof retryAfter === 'string')
    return new GoogleError(status, reason, message, { 'retry-after': retryAfter });
  if (retryAfter === undefined) return new GoogleError(status, reason, message);
  const date = new Date(Date.now() + retryAfter * 1_000);
  switch (effect.retryAfterForm) {
    case 'date':
      return new GoogleError(status, reason, message, { 'retry-after': date.toUTCString() });
    case 'text':
      return new GoogleError(status, reason, `${message}. Retry after ${date.toISOString()}`);
    default:
      return new GoogleError(status, reason, message, { 'retry-after': String(retryAfter) });
  }
}

/** @throws GoogleError when it is no JSON object. */
export function jsonBody(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  try {
    const body: unknown = JSON.parse(bytes.toString());
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // Falls through to the refusal.
  }
  throw badRequest('Invalid JSON payload received. Unexpected token.');
}
