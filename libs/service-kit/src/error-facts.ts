import { isNativeError } from 'node:util/types';

/**
 * What may be printed of an error: the facts we chose, not what a library hung on it. Works by shape, so that the
 * errors of every lib keep their `retryable`, `retryAfterMs` and `cause`.
 */
export function errorFacts(error: unknown, depth = 0): Record<string, unknown> {
  if (!isNativeError(error)) return { message: `not an error: ${typeof error}` };
  const facts: Record<string, unknown> = { name: error.name, message: error.message.slice(0, maxMessage) };
  for (const name of printable) {
    const value: unknown = Reflect.get(error, name);
    if (['string', 'number', 'boolean'].includes(typeof value)) facts[name] = value;
  }
  if (error.stack) facts['stack'] = framesOf(error.stack);
  if (error.cause !== undefined && depth < maxCauses) facts['cause'] = errorFacts(error.cause, depth + 1);
  return facts;
}

const maxMessage = 1_000;
const maxCauses = 4;

// `code` is ECONNREFUSED or 23505 here; an OAuth code never sits on an error object.
const printable = [
  'code',
  'status',
  'statusCode',
  'syscall',
  'port',
  'severity',
  'constraint',
  'retryable',
  'retryAfterMs',
  'scope',
  'reason',
];

// Only the frames: the head of a stack repeats a message of any length.
function framesOf(stack: string): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim());
}
