// Which route of the contract a request means. Whatever begins with /api and means none is refused here, and counted.
import { routes } from '@finito/api';
import type { Route } from '@finito/api';
import createRouter from 'find-my-way';
import { limitCaller } from './admission.ts';
import { MethodNotAllowedError, NotFoundError } from './errors.ts';
import type { GatewayRequest, GatewayResponse, Handler, Handlers } from './handler.ts';
import { serveRoute } from './serve-route.ts';
import type { ServeNeeds } from './serve-route.ts';

export type ApiNeeds = ServeNeeds;

/** Answers what is the API's, and rejects with what went wrong; undefined, and nothing was done, for all else. */
export type Api = (request: GatewayRequest, response: GatewayResponse) => Promise<void> | undefined;

type Serve = ReturnType<typeof serveRoute>;

export function createApi(handlers: Handlers, needs: ApiNeeds): Api {
  const findPath = pathFinder(
    Object.entries<Route>(routes).map(([name, route]) => {
      const handler = handlers[name as keyof Handlers] as Handler<Route>;
      return { route, serve: serveRoute(route, handler, needs) };
    }),
  );

  async function refuse(
    request: GatewayRequest,
    response: GatewayResponse,
    { path, error }: { path: string; error: Error },
  ): Promise<void> {
    response.locals.route = path;
    await limitCaller('general', request, response, needs);
    throw error;
  }

  return (request, response) => {
    const asked = pathOf(request);
    const found = asked === undefined ? 'unreadable' : findPath(asked);
    if (found === undefined) {
      if (!/^\/api(\/|$)/.test(asked ?? '')) return undefined;
      return refuse(request, response, { path: 'unknown', error: new NotFoundError('no such route') });
    }
    if (found === 'unreadable') {
      return refuse(request, response, {
        path: 'unknown',
        error: new URIError('the path cannot be decoded'),
      });
    }
    const { path, methods, params } = found;
    const serve = methods.get(request.method === 'HEAD' ? 'GET' : request.method);
    if (!serve)
      return refuse(request, response, { path, error: new MethodNotAllowedError([...methods.keys()]) });
    request.params = params;
    return serve(request, response);
  };
}

/** Undefined when the target is no URL, such as `http://[`. */
function pathOf(request: GatewayRequest): string | undefined {
  try {
    return request.path;
  } catch {
    return undefined;
  }
}

/** The path's pattern, what it serves by method, and its parameters, decoded. Upper case and a last slash do not matter. */
function pathFinder(served: { route: Route; serve: Serve }[]) {
  const router = createRouter({
    caseSensitive: false,
    ignoreTrailingSlash: true,
    // Ids are judged by their schemas.
    maxParamLength: 16_384,
    onBadUrl: () => undefined,
  });
  const paths = new Map<string, Map<string, Serve>>();
  for (const { route, serve } of served) {
    const methods = paths.get(route.path) ?? new Map<string, Serve>();
    paths.set(route.path, methods.set(route.method, serve));
  }
  for (const [path, methods] of paths) router.on('GET', path, () => undefined, { path, methods });

  return (asked: string) => {
    const found = router.find('GET', asked);
    if (found === null) return undefined;
    if (!found.store) return 'unreadable';
    const { path, methods } = found.store as { path: string; methods: Map<string, Serve> };
    const params = found.params as Record<string, string>;
    // A parameter is a part of the path, and `//` has none.
    return Object.values(params).includes('') ? undefined : { path, methods, params };
  };
}
