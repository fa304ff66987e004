import type { Route } from '@finito/api';
import type { z } from 'zod';
import { InvalidRequestError, NotFoundError } from './errors.ts';
import type { GatewayRequest } from './handler.ts';

/**
 * The parts of a request as the route's schemas read them.
 * @throws InvalidRequestError naming each field; NotFoundError for an id that can belong to nothing
 */
export function parseRequest(route: Route, request: GatewayRequest) {
  const faults: { path: string; message: string }[] = [];
  function parse(schema: z.ZodType | undefined, part: string, value: unknown): unknown {
    if (!schema) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) {
      faults.push({
        path: [part, ...path].map(String).join('.').slice(0, 200),
        message: message.slice(0, 300),
      });
    }
    return undefined;
  }
  const params = parse(route.params, 'params', request.params);
  // Ids are ours and have one form: another one names nothing.
  if (faults.length > 0) throw new NotFoundError('no such id');
  // To read the query of a request costs something even where it has none.
  const query = route.query && parse(route.query, 'query', request.query);
  const body = parse(route.body, 'body', request.body);
  if (faults.length > 0) throw new InvalidRequestError(faults.slice(0, maxFaults));
  return { params, query, body };
}

const maxFaults = 20;
