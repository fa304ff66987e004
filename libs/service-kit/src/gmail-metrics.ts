import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { noTracing } from './tracing.ts';
import type { Tracing } from './tracing.ts';

/** What a Gmail client tells of its calls, as far as it is counted. A status of 0: there was no answer. */
export type GmailCallEvent =
  | { type: 'gmail_request'; operation: string; status: number; latencyMs: number }
  | { type: 'circuit_breaker'; operationClass: string; state: 'closed' | 'half-open' | 'open' }
  | { type: 'retry' | 'rate_limit' | 'error' };

export interface GmailMetrics {
  /** For the client's `onEvent`, so that no behaviour has to count. */
  observe(event: GmailCallEvent): void;
  /** Runs one refresh of an access token and counts how it ended. */
  refresh<T>(work: () => Promise<T>): Promise<T>;
}

/** What a service that calls Gmail counts, and traces. `classes`: those with a breaker, closed until told otherwise. */
export function gmailMetrics(
  registry: Registry,
  {
    classes = [],
    tracing = noTracing,
  }: { classes?: readonly string[]; tracing?: Pick<Tracing, 'past'> } = {},
): GmailMetrics {
  const registers = [registry];
  const requests = new Histogram({
    name: 'finito_gmail_request_duration_seconds',
    help: 'Calls to Gmail.',
    labelNames: ['operation', 'status'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const breakers = new Gauge({
    name: 'finito_gmail_breaker_state',
    help: '0 closed, 1 half-open, 2 open.',
    labelNames: ['class'],
    registers,
  });
  for (const each of classes) breakers.set({ class: each }, 0);
  const refreshes = new Counter({
    name: 'finito_token_refreshes_total',
    help: 'Refreshes of access tokens by how they ended.',
    labelNames: ['outcome'],
    registers,
  });
  // An alert on growth misses a series that begins with its first count.
  for (const outcome of ['done', 'refused', 'failed']) refreshes.inc({ outcome }, 0);

  return {
    observe(event) {
      if (event.type === 'gmail_request') {
        const status = event.status === 0 ? 'none' : String(event.status);
        requests.observe({ operation: event.operation, status }, event.latencyMs / 1_000);
        const facts = { 'http.response.status_code': event.status };
        const failed = event.status === 0 || event.status >= 400;
        tracing.past(`gmail ${event.operation}`, event.latencyMs, facts, failed);
      }
      if (event.type === 'circuit_breaker') {
        breakers.set({ class: event.operationClass }, stateNumbers[event.state]);
      }
    },
    async refresh(work) {
      try {
        const tokens = await work();
        refreshes.inc({ outcome: 'done' });
        return tokens;
      } catch (error) {
        // Errors speak by shape (docs/adr/0005): what is not worth another try was refused.
        const isRefused = (error as { retryable?: unknown } | null)?.retryable === false;
        refreshes.inc({ outcome: isRefused ? 'refused' : 'failed' });
        throw error;
      }
    },
  };
}

const stateNumbers = { closed: 0, 'half-open': 1, open: 2 };
