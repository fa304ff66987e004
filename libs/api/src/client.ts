import type { Problem } from './problem.ts';
import { problem } from './problem.ts';
import type { Route, RouteAnswer, RouteInput } from './route.ts';
import { routes } from './routes.ts';
import type { RouteName, Routes } from './routes.ts';

export interface ApiClientOptions {
  /** Where the gateway is; the page's own origin unless told. */
  baseUrl?: string;
  fetch?: typeof globalThis.fetch;
  /** A bearer token. Without one the browser's session cookie counts. */
  token?: string;
  /** Sent with every call, such as `x-health-api-key`. */
  headers?: Record<string, string>;
  /** W3C's `traceparent` for each call, of a caller that traces. */
  traceparent?: () => string;
  /** 15,000 unless told. */
  timeoutMs?: number;
}

type Method<R extends Route> =
  object extends RouteInput<R>
    ? (input?: RouteInput<R>, signal?: AbortSignal) => Promise<RouteAnswer<R>>
    : (input: RouteInput<R>, signal?: AbortSignal) => Promise<RouteAnswer<R>>;

/** One method for each route that answers with JSON or nothing, by the route's name. */
export type ApiClient = {
  [Name in RouteName as Routes[Name]['answer']['kind'] extends 'json' | 'none' ? Name : never]: Method<
    Routes[Name]
  >;
};

/**
 * A client of the gateway for pages and programs. Answers are checked by the route's schema.
 * @throws ApiError with the problem document of a refusal, ApiUnreachableError when no answer came
 */
export function createApiClient(options: ApiClientOptions = {}): ApiClient {
  const methods = Object.entries<Route>(routes).map(([name, route]) => [
    name,
    (input: AnyInput = {}, signal?: AbortSignal) => call(route, input, signal, options),
  ]);
  return Object.fromEntries(methods) as ApiClient;
}

/** The gateway refused or failed. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly problem: Problem;
  /** From `Retry-After`; undefined when the server has no opinion. */
  readonly retryAfterMs: number | undefined;
  readonly retryable: boolean;

  constructor(told: Problem, retryAfterMs: number | undefined) {
    super(told.detail ?? told.title);
    this.status = told.status;
    this.problem = told;
    this.retryAfterMs = retryAfterMs;
    this.retryable = told.status === 429 || told.status >= 500;
  }
}

/** No answer came, or one that the contract does not know. The call may have been carried out. */
export class ApiUnreachableError extends Error {
  override name = 'ApiUnreachableError';
  readonly retryable = true;
}

interface AnyInput {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}

async function call(
  route: Route,
  input: AnyInput,
  signal: AbortSignal | undefined,
  {
    baseUrl = '',
    fetch = globalThis.fetch,
    token,
    headers,
    traceparent,
    timeoutMs = 15_000,
  }: ApiClientOptions,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const hasBody = route.body !== undefined;
  const response = await fetch(`${baseUrl}${pathOf(route, input)}`, {
    method: route.method,
    headers: {
      accept: 'application/json, application/problem+json',
      ...(hasBody && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(traceparent && { traceparent: traceparent() }),
      ...headers,
    },
    ...(hasBody && { body: JSON.stringify(input.body ?? {}) }),
    credentials: 'same-origin',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new ApiUnreachableError('the gateway did not answer', { cause });
  });
  if (!response.ok) throw await errorOf(response);
  return answerOf(route, response);
}

function pathOf(route: Route, { params = {}, query = {} }: AnyInput): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size > 0 ? `${path}?${search}` : path;
}

async function answerOf({ answer }: Route, response: Response): Promise<unknown> {
  if (answer.kind !== 'json') return undefined;
  const parsed = answer.schema.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success)
    throw new ApiUnreachableError('the answer is not in the contract', { cause: parsed.error });
  return parsed.data;
}

async function errorOf(response: Response): Promise<ApiError> {
  const told = problem.safeParse(await response.json().catch(() => undefined));
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(
    told.success
      ? told.data
      : { type: 'about:blank', title: `the gateway answered ${response.status}`, status: response.status },
    Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  );
}
