import type { z } from 'zod';
import type { Answer, Route } from './route.ts';

/** One line of the contract, with all that its types need to know of it. */
export const route = <
  const Method extends Route['method'],
  const Path extends Route['path'],
  const Rest extends Omit<Route, 'method' | 'path' | 'summary'>,
>(
  method: Method,
  path: Path,
  summary: string,
  rest: Rest,
) => ({ method, path, summary, ...rest });

export const json = <Schema extends z.ZodType, Status extends 200 | 201 | 202 = 200>(
  schema: Schema,
  status: Status = 200 as Status,
) => ({ kind: 'json', status, schema }) as const;

export const none = { kind: 'none', status: 204 } as const;

export const redirect = { kind: 'redirect', status: 302 } as const;

export const stream = (mediaType: string) =>
  ({ kind: 'stream', status: 200, mediaType }) as const satisfies Answer;
