// From a route of the contract to its handler, in one order for all: who calls, how often, from where, what.
import { routes } from '@finito/api';
import type { RateClass, Route, RouteAuth } from '@finito/api';
import { parseNotification } from '@finito/gmail';
import { json, Router } from 'express';
import type { Authenticate } from './authenticate.ts';
import { addressKey, userKey } from './caller-key.ts';
import { compress, createJsonSender } from './compress.ts';
import {
  MethodNotAllowedError,
  NotFoundError,
  RateLimitedError,
  UnauthenticatedError,
  UnsupportedMediaTypeError,
} from './errors.ts';
import type { ProvePush } from './google-push.ts';
import type { GatewayRequest, GatewayResponse, Handler, Handlers } from './handler.ts';
import type { GatewayMetrics } from './metrics.ts';
import { parseRequest } from './parse-request.ts';
import { rateLimitHeaders } from './rate-limit.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { Middleware, Principal } from './request-locals.ts';
import { refuseCrossSite } from './same-origin.ts';

export interface ApiNeeds {
  authenticate: Authenticate;
  /** Undefined in development. */
  limiter: RateLimiter | undefined;
  keys: Record<'health-key' | 'admin-key', (given: string | undefined) => boolean>;
  provePush: ProvePush;
  publicOrigin: string;
  metrics: GatewayMetrics;
  /** Answers are held against the contract too: for tests and development. */
  checkAnswers: boolean;
}

const defaultMaxBodyBytes = 102_400;
const keyHeaders = { 'health-key': 'x-health-api-key', 'admin-key': 'x-admin-api-key' } as const;

export function apiRouter(handlers: Handlers, needs: ApiNeeds): Router {
  const router = Router();
  const methodsByPath = new Map<string, string[]>();
  for (const [name, route] of Object.entries<Route>(routes)) {
    methodsByPath.set(route.path, [...(methodsByPath.get(route.path) ?? []), route.method]);
    const verb = route.method.toLowerCase() as 'get' | 'post' | 'delete';
    router[verb](
      route.path,
      ...(route.auth === 'google-push'
        ? [refuseUnproven(route, needs), bodyReader(route), limitByMailbox(route, needs)]
        : [admit(route, needs), ...(route.method === 'GET' ? [] : [bodyReader(route)])]),
      ...(isDocument(route) ? [compress()] : []),
      answer(route, handlers[name as keyof Handlers] as Handler<Route>, needs),
    );
  }
  for (const [path, allow] of methodsByPath) {
    router.all(path, limited(path, needs), () => {
      throw new MethodNotAllowedError(allow);
    });
  }
  router.all(/^\/api(\/|$)/, limited('unknown', needs), () => {
    throw new NotFoundError('no such route');
  });
  return router;
}

function admit(route: Route, needs: ApiNeeds): Middleware {
  return async (request, response, next) => {
    const { locals } = response;
    locals.route = route.path;
    // A session is read on open routes as well: a signed-in user has its own limit there.
    locals.principal = await needs.authenticate(request.headers);
    await limit(route.rate, callerKey(request, response), response, needs);
    prove(route.auth, request, locals.principal, needs);
    if (route.method !== 'GET' && locals.principal?.via === 'session') {
      refuseCrossSite(request.headers, needs.publicOrigin);
    }
    next();
  };
}

function limited(path: string, needs: ApiNeeds): Middleware {
  return async (request, response, next) => {
    response.locals.route = path;
    await limit('general', callerKey(request, response), response, needs);
    next();
  };
}

function refuseUnproven(route: Route, needs: ApiNeeds): Middleware {
  return async (request, response, next) => {
    response.locals.route = route.path;
    const doubt = await needs.provePush(request.get('authorization'));
    if (doubt) {
      await limit(route.rate, callerKey(request, response), response, needs);
      throw doubt;
    }
    next();
  };
}

/** All pushes come from a few addresses of Google's: they count by the mailbox, for which one a second is the most. */
function limitByMailbox(route: Route, needs: ApiNeeds): Middleware {
  return async (request, response, next) => {
    await limit(route.rate, userKey(pushedAddress(request.body)), response, needs);
    next();
  };
}

function pushedAddress(body: unknown): string {
  const parsed = routes.takeGmailPush.body.safeParse(body);
  return (parsed.success && parseNotification(parsed.data.message.data)?.emailAddress) || '';
}

function callerKey(request: GatewayRequest, { locals: { principal } }: GatewayResponse): string {
  return principal ? userKey(principal.userId) : addressKey(request.ip ?? '');
}

async function limit(
  rateClass: RateClass,
  key: string,
  response: GatewayResponse,
  { limiter, metrics }: ApiNeeds,
): Promise<void> {
  if (!limiter) return;
  const decision = await limiter.consume(rateClass, key);
  metrics.rateDecision(rateClass, decision.allowed ? 'allowed' : 'limited', decision.counter);
  for (const [name, value] of Object.entries(rateLimitHeaders(decision, rateClass))) {
    response.setHeader(name, value);
  }
  if (!decision.allowed) throw new RateLimitedError(decision.retryAfterMs);
}

function prove(
  auth: RouteAuth,
  request: GatewayRequest,
  principal: Principal | undefined,
  { keys }: ApiNeeds,
): void {
  if (auth === 'open' || auth === 'google-push') return;
  if (auth === 'user') {
    if (!principal) throw new UnauthenticatedError('nobody is signed in');
    return;
  }
  if (!keys[auth](request.get(keyHeaders[auth]))) throw new UnauthenticatedError('the key is not valid');
}

function bodyReader({
  maxBodyBytes = defaultMaxBodyBytes,
  bodyTypes = ['application/json'],
}: Route): Middleware {
  const types = [...bodyTypes];
  const read = json({ limit: maxBodyBytes, strict: true, type: types });
  return (request, response, next) => {
    const isEmpty = request.headers['content-length'] === '0';
    if (!isEmpty && request.is(types) === false) throw new UnsupportedMediaTypeError(types);
    read(request, response, next);
  };
}

/** What a compressor would hold back: events, and an export, which takes hours. */
const asItComes = new Set(['text/event-stream', 'application/mbox']);

function isDocument({ answer }: Route): boolean {
  return answer.kind === 'stream' && !asItComes.has(answer.mediaType);
}

function answer(route: Route, handle: Handler<Route>, { checkAnswers }: ApiNeeds): Middleware {
  const sendJson = createJsonSender();
  return async (request, response) => {
    const { principal, logOfRequest } = response.locals;
    const parsed = parseRequest(route, request);
    const told = await handle({
      ...parsed,
      principal,
      request,
      response,
      get log() {
        return logOfRequest();
      },
    } as never);
    if (response.headersSent || route.answer.kind === 'stream' || route.answer.kind === 'redirect') return;
    if (response.statusCode === 200) response.status(route.answer.status);
    if (route.answer.kind === 'none') return void response.end();
    if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'private, no-store');
    sendJson(request, response, checkAnswers ? route.answer.schema.parse(told) : told);
  };
}
