// One call of the Gmail API: who asks, what it costs, what goes wrong, what it answers.
import type { FaultEffect } from './faults.ts';
import { applyFields } from './fields-mask.ts';
import { badRequest, GoogleError, notFound, unauthenticated } from './google-error.ts';
import type { Mailbox } from './mailbox.ts';
import { methods } from './methods.ts';
import type { createQuota } from './quota.ts';
import type { createFaults } from './faults.ts';

export interface ApiNeeds {
  quota: ReturnType<typeof createQuota>;
  faults: ReturnType<typeof createFaults>;
  accountOf: (authorization: string | undefined) => Mailbox | undefined;
  latency: () => Promise<void>;
}

export interface ApiRequest {
  verb: string;
  url: URL;
  authorization: string | undefined;
  body: string;
}

export interface ApiAnswer {
  status: number;
  body: string;
  headers: Record<string, string>;
  /** What the connection does to the answer. */
  effect?: FaultEffect;
}

/** Never throws: what goes wrong is an answer. */
export async function answerCall(
  needs: ApiNeeds,
  request: ApiRequest,
  changed: (change: Change) => void,
): Promise<ApiAnswer> {
  try {
    return await call(needs, request, changed);
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    return { status: error.status, body: JSON.stringify(error.body()), headers: error.headers };
  }
}

/** A change that must survive a restart of the simulator. */
export interface Change {
  email: string;
  method: string;
  ids: string[];
  body: Record<string, unknown>;
  at: number;
}

async function call(
  { quota, faults, accountOf, latency }: ApiNeeds,
  request: ApiRequest,
  changed: (change: Change) => void,
): Promise<ApiAnswer> {
  const { verb, url, authorization } = request;
  const method = methods.find((each) => each.verb === verb && each.path.test(url.pathname));
  if (!method) throw notFound();
  const mailbox = accountOf(authorization);
  if (!mailbox) throw unauthenticated();
  const effect = faults.meet({ method: method.name, user: mailbox.emailAddress, path: url.pathname });
  quota.charge(mailbox.emailAddress, method.name);
  if (effect?.latencyMs) await new Promise((resolve) => setTimeout(resolve, effect.latencyMs));
  await latency();
  if (effect?.status) throw faultError(effect);
  const [, ...ids] = method.path.exec(url.pathname) ?? [];
  const body = parseBody(request.body);
  const result = await method.run({
    mailbox,
    ids,
    query: url.searchParams,
    body,
    emptyHistoryPage: () => effect?.emptyHistoryPage === true,
  });
  if (verb !== 'GET')
    changed({ email: mailbox.emailAddress, method: method.name, ids, body, at: Date.now() });
  if (result === undefined) return { status: 204, body: '', headers: {}, effect };
  return {
    status: 200,
    body: JSON.stringify(applyFields(result, url.searchParams.get('fields'))),
    headers: {},
    effect,
  };
}

function faultError({
  status = 500,
  reason = 'backendError',
  message = 'Backend Error',
  retryAfter,
}: FaultEffect): GoogleError {
  return new GoogleError(
    status,
    reason,
    message,
    retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  );
}

function parseBody(text: string): Record<string, unknown> {
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // Falls through to the refusal.
  }
  throw badRequest('Invalid JSON payload received.');
}
