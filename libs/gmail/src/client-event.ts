import type { BreakerState, GmailEvent } from './events.ts';

/** What is told to a server about a client's calls: kinds, times and counts; nothing that names a person. */
export interface ClientEvent {
  type: GmailEvent['type'];
  /** Milliseconds since 1970. */
  timestamp: number;
  details: {
    operation?: string;
    /** Milliseconds. */
    latency?: number;
    retryCount?: number;
    circuitBreakerState?: BreakerState;
    queueSize?: number;
  };
}

/** A happening of this client in the form of `POST /api/logs/client-events`. */
export function clientEventOf(event: GmailEvent, timestamp = Date.now()): ClientEvent {
  return { type: event.type, timestamp, details: detailsOf(event) };
}

function detailsOf(event: GmailEvent): ClientEvent['details'] {
  switch (event.type) {
    case 'gmail_request':
      return {
        operation: event.operation,
        latency: Math.round(event.latencyMs),
        retryCount: event.retryCount,
      };
    case 'retry':
      return { operation: event.operation, retryCount: event.retryCount };
    case 'circuit_breaker':
      return { circuitBreakerState: event.state };
    default:
      return { operation: event.operation };
  }
}
