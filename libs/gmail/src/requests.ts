import { readJson, type GmailRequest } from './exchange.ts';
import type { OperationName } from './operations.ts';
import type { Shape } from './shapes.ts';

type QueryValue = string | number | boolean | readonly string[] | undefined;

const root = '/gmail/v1/users/me';

/** Without a mask Gmail sends what nobody reads; pretty-printing alone adds a tenth. */
export function pathOf(path: string, query: Record<string, QueryValue> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  }
  search.append('prettyPrint', 'false');
  return `${root}${path}?${search.toString()}`;
}

export function get<T>(
  operation: OperationName,
  path: string,
  shape: Shape<T>,
  query: Record<string, QueryValue>,
): GmailRequest<T> {
  return { operation, path: pathOf(path, query), read: readJson(operation, shape) };
}

export function post<T>(
  operation: OperationName,
  path: string,
  shape: Shape<T>,
  body: unknown,
  query: Record<string, QueryValue> = {},
): GmailRequest<T> {
  return {
    operation,
    path: pathOf(path, query),
    // Gmail wants a length on every POST, also where there is nothing to say.
    body: body === undefined ? '' : JSON.stringify(body),
    read: readJson(operation, shape),
  };
}
