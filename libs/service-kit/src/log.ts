import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { isNativeError } from 'node:util/types';
import { errorFacts } from './error-facts.ts';
import { gatherLines } from './line-gatherer.ts';
import { isPrivateField, REDACTED, withoutSecrets } from './redaction.ts';

/** The logger that is handed down: `log.info({ mailboxId, durationMs }, 'mailbox synced')`. */
export type Log = Logger;

export interface LogOptions {
  service: string;
  level?: string;
  /** Where the lines go: standard output unless told. */
  destination?: DestinationStream;
  /** Added to each line: what is under way when it is written. */
  ids?: () => Record<string, string> | undefined;
}

/**
 * A JSON logger that cannot print mail or secrets: fields with such names are redacted at any depth, errors are
 * reduced to their facts (a Gmail client's error carries the whole request, refresh token included), and the
 * finished line is searched for tokens and addresses that hide in a sentence.
 */
export function createLog({ service, level = 'info', destination, ids }: LogOptions): Log {
  const options = {
    level,
    base: { service },
    ...(ids && { mixin: () => ids() ?? {} }),
    timestamp: createTimestamp(),
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) =>
        isNativeError(fields) ? { err: errorFacts(fields) } : withoutPrivateFields(fields, 0),
      bindings: (fields: Record<string, unknown>) => withoutPrivateFields(fields, 0),
    },
    // Errors are mapped in `formatters.log`; pino's own serializer would add whatever else they carry.
    serializers: { err: (value: unknown) => value },
    hooks: { streamWrite: withoutSecrets },
  };
  return pino(options, destination ?? standardOutput());
}

/** As pino's own, which makes the text anew for each line: 1 µs, and a busy gateway writes a dozen a millisecond. */
function createTimestamp(): () => string {
  let at: number | undefined;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) text = `,"time":"${new Date(now).toISOString()}"`;
    at = now;
    return text;
  };
}

function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true });
  const lines = gatherLines((text) => output.write(text));
  process.once('exit', lines.flush);
  return lines;
}

const maxDepth = 6;
const maxItems = 100;

function withoutPrivateFields(fields: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) clean[name] = cleanValue(name, value, depth);
  return clean;
}

function cleanValue(name: string, value: unknown, depth: number): unknown {
  // Numbers and flags cannot carry mail: `tokens: 3` and `to: 5` are counts and positions.
  if (value === null || (typeof value !== 'object' && typeof value !== 'string')) return value;
  if (isNativeError(value)) return errorFacts(value);
  if (isPrivateField(name)) return REDACTED;
  if (typeof value === 'string' || value instanceof Date) return value;
  if (depth >= maxDepth) return '[too deep]';
  if (Buffer.isBuffer(value) || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => cleanValue('', item, depth + 1));
  if (isPlain(value)) return withoutPrivateFields(value, depth + 1);
  return `[${value.constructor?.name ?? 'object'}]`;
}

// Requests, responses, maps and URLSearchParams have insides that nobody meant to print.
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
