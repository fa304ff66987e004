import type { GetAccessToken } from './access.ts';
import type { BreakerState, GmailEvent } from './events.ts';
import { guarded } from './events.ts';
import { createGmail, type GmailOptions } from './gmail.ts';
import { createLatencies, type LatencySummary } from './latencies.ts';
import type { GmailMailbox } from './mailbox.ts';
import { operations, type OperationClass, type OperationName } from './operations.ts';

export interface ResilientGmailOptions extends Pick<
  GmailOptions,
  'apiUrl' | 'transport' | 'batch' | 'onEvent' | 'maxRetries' | 'maxInlineWaitMs'
> {
  /** Calls under way at once, default 3. */
  concurrency?: number;
  /** Calls started within any `interval`, default 10. */
  intervalCap?: number;
  /** Milliseconds, default 1,000. */
  interval?: number;
  /** Deadline of one try in milliseconds, default 10,000. */
  circuitBreakerTimeout?: number;
  /** Percent of failures above which the breaker opens, default 50. */
  errorThreshold?: number;
  /** Milliseconds in open before a probe, default 30,000. */
  resetTimeout?: number;
  /** What calls cost, where it differs from Google's table of May 2026: `{ 'messages.get': 5 }` in older projects. */
  units?: Partial<Record<OperationName, number>>;
}

export interface ResilientGmailMetrics {
  /** The worst of the breakers. */
  circuitBreakerState: BreakerState;
  circuitBreakers: Record<OperationClass, BreakerState>;
  queueSize: number;
  pending: number;
  /** Quota units that the requests cost. */
  units: number;
  /** Requests sent, by Gmail's method. */
  requests: Partial<Record<OperationName, number>>;
  latency: LatencySummary;
  retries: number;
  /** Refusals for quota. */
  refusals: number;
  /** Calls that failed in the end. */
  errors: number;
}

export interface ResilientGmailClient extends GmailMailbox {
  getMetrics(): ResilientGmailMetrics;
  /** Closes every breaker and forgets its failures. */
  resetCircuitBreaker(): void;
  /** No breaker is open. */
  isHealthy(): boolean;
  close(): Promise<void>;
}

/** Sets of options for work of another kind than browsing. */
export const tuningProfiles = {
  /** Message content: large answers, gently. */
  content: {
    concurrency: 2,
    intervalCap: 8,
    circuitBreakerTimeout: 15_000,
    errorThreshold: 40,
    resetTimeout: 60_000,
  },
  /** Operations that must not pile onto a failing Gmail. */
  critical: { errorThreshold: 30, resetTimeout: 60_000 },
} as const satisfies Record<string, ResilientGmailOptions>;

/**
 * A client of one mailbox for a browser or a script, which has no queue to come back through: waits of up to
 * 30 s are sat out here. Keep one per mailbox: its limiter and breakers live as long as it does. A process with
 * many mailboxes takes `createGmail`, whose breakers they share.
 */
export function createResilientGmailClient(
  accessToken: string | GetAccessToken,
  options: ResilientGmailOptions = {},
): ResilientGmailClient {
  const counts = createCounts(options.units);
  const tell = guarded(options.onEvent);
  const gmail = createGmail({
    ...options,
    concurrency: options.concurrency ?? 3,
    intervalCap: options.intervalCap ?? 10,
    intervalMs: options.interval ?? 1_000,
    timeoutMs: options.circuitBreakerTimeout ?? 10_000,
    maxInlineWaitMs: options.maxInlineWaitMs ?? 30_000,
    breaker: { errorThresholdPercentage: options.errorThreshold, resetTimeoutMs: options.resetTimeout },
    onEvent(event) {
      counts.note(event);
      tell(event);
    },
  });
  const { queue, ...mailbox } = gmail.mailbox({
    getAccessToken: typeof accessToken === 'string' ? () => accessToken : accessToken,
  });
  const worst = () => worstOf(Object.values(gmail.breakers.states()));

  return {
    ...mailbox,
    getMetrics: () => ({
      circuitBreakerState: worst(),
      circuitBreakers: gmail.breakers.states(),
      queueSize: queue().size,
      pending: queue().pending,
      ...counts.read(),
    }),
    resetCircuitBreaker: () => gmail.breakers.reset(),
    isHealthy: () => worst() !== 'open',
    close: () => gmail.close(),
  };
}

function createCounts(prices: Partial<Record<OperationName, number>> = {}) {
  const latencies = createLatencies();
  const requests: Partial<Record<OperationName, number>> = {};
  const totals = { units: 0, retries: 0, refusals: 0, errors: 0 };
  return {
    note(event: GmailEvent) {
      if (event.type === 'gmail_request') {
        latencies.add(event.latencyMs);
        requests[event.operation] = (requests[event.operation] ?? 0) + 1;
        const { operation, count } = event.calls;
        totals.units += count * (prices[operation] ?? operations[operation].units);
      }
      if (event.type === 'retry') totals.retries += 1;
      if (event.type === 'rate_limit') totals.refusals += 1;
      if (event.type === 'error') totals.errors += 1;
    },
    read: () => ({ ...totals, requests: { ...requests }, latency: latencies.summary() }),
  };
}

function worstOf(states: BreakerState[]): BreakerState {
  return (
    states.find((state) => state === 'open') ?? states.find((state) => state === 'half-open') ?? 'closed'
  );
}
