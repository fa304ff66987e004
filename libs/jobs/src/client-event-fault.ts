// The schema of a client event (client-event.ts), written out: it is asked of each of a million events a second, and has
// to tell one bad event from its neighbours. A test holds it against the schema with whatever fast-check thinks of.
import type { ClientEvent } from './client-event.ts';

/** The field that is not as it should be; `event` and `details` when they are no objects. */
export type ClientEventFault =
  | 'event'
  | 'type'
  | 'timestamp'
  | 'details'
  | 'operation'
  | 'latency'
  | 'retryCount'
  | 'circuitBreakerState'
  | 'queueSize';

// Compared and not looked up: of a text that has just come over the wire, a set would have to make the hash first.
const isType = (value: unknown) =>
  value === 'gmail_request' ||
  value === 'error' ||
  value === 'retry' ||
  value === 'rate_limit' ||
  value === 'circuit_breaker';
const isState = (value: unknown) => value === 'open' || value === 'half-open' || value === 'closed';
const longestOperation = 64;

/** What keeps a value from being a client event; undefined when nothing does. */
export function clientEventFault(value: unknown): ClientEventFault | undefined {
  if (!isObject(value)) return 'event';
  if (!isType(value['type'])) return 'type';
  if (!isWithin(value['timestamp'], 8.64e15, true)) return 'timestamp';
  const details = value['details'];
  if (details === undefined) return undefined;
  if (!isObject(details)) return 'details';
  const { operation, latency, retryCount, circuitBreakerState, queueSize } = details;
  if (operation !== undefined && (typeof operation !== 'string' || operation.length > longestOperation)) {
    return 'operation';
  }
  if (latency !== undefined && !isWithin(latency, 3_600_000, false)) return 'latency';
  if (retryCount !== undefined && !isWithin(retryCount, 1_000, true)) return 'retryCount';
  if (circuitBreakerState !== undefined && !isState(circuitBreakerState)) return 'circuitBreakerState';
  if (queueSize !== undefined && !isWithin(queueSize, 1_000_000, true)) return 'queueSize';
  return undefined;
}

/** How many fields of a sound event are none of ours. Nobody reads them. */
export function unknownFields(event: ClientEvent): number {
  let unknown = 0;
  for (const name in event) {
    if (name !== 'type' && name !== 'timestamp' && name !== 'details') unknown += 1;
  }
  for (const name in event.details) if (!isDetail(name)) unknown += 1;
  return unknown;
}

const isDetail = (name: string) =>
  name === 'operation' ||
  name === 'latency' ||
  name === 'retryCount' ||
  name === 'circuitBreakerState' ||
  name === 'queueSize';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWithin(value: unknown, max: number, whole: boolean): boolean {
  return typeof value === 'number' && value >= 0 && value <= max && (!whole || Number.isInteger(value));
}
