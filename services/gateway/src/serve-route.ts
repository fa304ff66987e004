// From a route of the contract to its answer.
import type { Route } from '@finito/api';
import { json } from 'express';
import { admissionTo } from './admission.ts';
import type { AdmissionNeeds, Step } from './admission.ts';
import { compress, createJsonSender } from './compress.ts';
import { UnsupportedMediaTypeError } from './errors.ts';
import type { Handler } from './handler.ts';
import { watchLength } from './large-bodies.ts';
import { parseRequest } from './parse-request.ts';
import { isPlain, readPlainJson } from './read-json.ts';

export interface ServeNeeds extends AdmissionNeeds {
  /** Answers are held against the contract too: for tests and development. */
  checkAnswers: boolean;
}

const defaultMaxBodyBytes = 102_400;

export function serveRoute(route: Route, handle: Handler<Route>, needs: ServeNeeds): Step {
  const admit = admissionTo(route, route.method === 'GET' ? undefined : bodyReader(route), needs);
  const answer = answerOf(route, handle, needs);
  const compressed = isDocument(route) ? compress() : undefined;
  return async (request, response) => {
    response.locals.route = route.path;
    await admit(request, response);
    compressed?.(request, response, () => undefined);
    await answer(request, response);
  };
}

function bodyReader({ maxBodyBytes = defaultMaxBodyBytes, bodyTypes = ['application/json'] }: Route): Step {
  const types = [...bodyTypes];
  const read = json({ limit: maxBodyBytes, strict: true, type: types });
  return async (request, response) => {
    const isEmpty = request.headers['content-length'] === '0';
    if (!isEmpty && request.is(types) === false) throw new UnsupportedMediaTypeError(types);
    if (isPlain(request, maxBodyBytes)) {
      request.body = await readPlainJson(request);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      watchLength(request, maxBodyBytes, reject);
      read(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else reject(error as Error);
      });
    });
  };
}

/** What a compressor would hold back: events, and an export, which takes hours. */
const asItComes = new Set(['text/event-stream', 'application/mbox']);

function isDocument({ answer }: Route): boolean {
  return answer.kind === 'stream' && !asItComes.has(answer.mediaType);
}

function answerOf(route: Route, handle: Handler<Route>, { checkAnswers }: ServeNeeds): Step {
  const { answer } = route;
  const sendJson = createJsonSender();
  return async (request, response) => {
    const { locals } = response;
    const handled = handle({
      ...parseRequest(route, request),
      principal: locals.principal,
      request,
      response,
      get log() {
        return locals.logOfRequest();
      },
    } as never);
    // It is the handler's, who may have done with it long before the answer is there.
    request.body = undefined;
    const told = await handled;
    if (response.headersSent || answer.kind === 'stream' || answer.kind === 'redirect') return;
    if (response.statusCode === 200) response.statusCode = answer.status;
    if (answer.kind === 'none') response.end();
    else sendJson(request, response, checkAnswers ? answer.schema.parse(told) : told);
  };
}
