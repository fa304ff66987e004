// Before a route answers: who calls, how often, with what proof, from where.
import { routes } from '@finito/api';
import type { RateClass, Route, RouteAuth } from '@finito/api';
import { parseNotification } from '@finito/gmail';
import type { Authenticate } from './authenticate.ts';
import { addressKey, userKey } from './caller-key.ts';
import { RateLimitedError, UnauthenticatedError } from './errors.ts';
import type { ProvePush } from './google-push.ts';
import type { GatewayRequest, GatewayResponse } from './handler.ts';
import type { GatewayMetrics } from './metrics.ts';
import { rateLimitHeaders } from './rate-limit.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { Principal } from './request-locals.ts';
import { refuseCrossSite } from './same-origin.ts';

export interface AdmissionNeeds {
  authenticate: Authenticate;
  /** Undefined in development. */
  limiter: RateLimiter | undefined;
  keys: Record<'health-key' | 'admin-key', (given: string | undefined) => boolean>;
  provePush: ProvePush;
  publicOrigin: string;
  metrics: GatewayMetrics;
}

/** Resolves when the request may go on, and rejects with the error that says why not. */
export type Step = (request: GatewayRequest, response: GatewayResponse) => Promise<void>;

const keyHeaders = { 'health-key': 'x-health-api-key', 'admin-key': 'x-admin-api-key' } as const;

/** What stands before a route, the reading of its body included. */
export function admissionTo(route: Route, readBody: Step | undefined, needs: AdmissionNeeds): Step {
  if (route.auth === 'google-push') return pushAdmission(route, readBody, needs);
  return async (request, response) => {
    const { locals } = response;
    // A session is read on open routes as well: a signed-in user has its own limit there.
    locals.principal = await needs.authenticate(request.headers);
    await limitCaller(route.rate, request, response, needs);
    prove(route.auth, request, locals.principal, needs);
    if (route.method !== 'GET' && locals.principal?.via === 'session') {
      refuseCrossSite(request.headers, needs.publicOrigin);
    }
    if (readBody) await readBody(request, response);
  };
}

/**
 * All pushes come from a few addresses of Google's: they count by the mailbox, for which one a second is the most. What
 * does not prove that it is Google's counts by its address.
 */
function pushAdmission(route: Route, readBody: Step | undefined, needs: AdmissionNeeds): Step {
  return async (request, response) => {
    const doubt = await needs.provePush(request.get('authorization'));
    if (doubt) {
      await limitCaller(route.rate, request, response, needs);
      throw doubt;
    }
    if (readBody) await readBody(request, response);
    await limit(route.rate, userKey(pushedAddress(request.body)), response, needs);
  };
}

function pushedAddress(body: unknown): string {
  const parsed = routes.takeGmailPush.body.safeParse(body);
  return (parsed.success && parseNotification(parsed.data.message.data)?.emailAddress) || '';
}

/** @throws RateLimitedError */
export function limitCaller(
  rateClass: RateClass,
  request: GatewayRequest,
  response: GatewayResponse,
  needs: AdmissionNeeds,
): Promise<void> {
  const { principal } = response.locals;
  const key = principal ? userKey(principal.userId) : addressKey(request.ip ?? '');
  return limit(rateClass, key, response, needs);
}

async function limit(
  rateClass: RateClass,
  key: string,
  response: GatewayResponse,
  { limiter, metrics }: AdmissionNeeds,
): Promise<void> {
  if (!limiter) return;
  const decision = await limiter.consume(rateClass, key);
  metrics.rateDecision(rateClass, decision.allowed ? 'allowed' : 'limited', decision.counter);
  response.head = response.head.concat(rateLimitHeaders(decision, rateClass));
  if (!decision.allowed) throw new RateLimitedError(decision.retryAfterMs);
}

function prove(
  auth: RouteAuth,
  request: GatewayRequest,
  principal: Principal | undefined,
  { keys }: AdmissionNeeds,
): void {
  if (auth === 'open' || auth === 'google-push') return;
  if (auth === 'user') {
    if (!principal) throw new UnauthenticatedError('nobody is signed in');
    return;
  }
  if (!keys[auth](request.get(keyHeaders[auth]))) throw new UnauthenticatedError('the key is not valid');
}
