import { createAccess, type GetAccessToken } from './access.ts';
import { createBatchSize } from './batch-size.ts';
import { createBreakers, type BreakerOptions, type Breakers } from './breakers.ts';
import { createCooldown } from './cooldown.ts';
import { guarded, type OnGmailEvent } from './events.ts';
import type { BatchMode } from './get-all.ts';
import type { LimiterOptions } from './limiter.ts';
import { createMailbox, type GmailMailbox } from './mailbox.ts';
import { createPipeline, type Shared } from './pipeline.ts';
import { createRetryPolicy, type RetryOptions } from './retry.ts';
import type { SharedBreaker } from './shared-breaker.ts';
import { fetchTransport, type Transport } from './transport.ts';
import { canBatch } from '#fetch-chunk';
import { createLimiter } from '#limiter';

export interface GmailOptions extends Partial<RetryOptions>, Partial<LimiterOptions> {
  /** Origin of the API, default https://gmail.googleapis.com. */
  apiUrl?: string;
  /** Default: the platform's fetch. */
  transport?: Transport;
  /** For one try, to the last byte of its answer; default 10,000. */
  timeoutMs?: number;
  /** `auto` (default) changes to single calls for good when the server has no batch endpoint; browsers make only these. */
  batch?: BatchMode;
  breaker?: Partial<BreakerOptions>;
  /** What other processes know of Gmail; default: this one decides alone. */
  sharedBreaker?: SharedBreaker;
  onEvent?: OnGmailEvent;
}

export interface Gmail {
  /** Keep the mailbox as long as it is worked on: its limiter, cooldown and batch size live in it. */
  mailbox(options: { getAccessToken: GetAccessToken }): GmailMailbox & { queue(): QueueState };
  readonly breakers: Omit<Breakers, 'fire' | 'close'>;
  /** Ends timers and connections; calls under way fail. */
  close(): Promise<void>;
}

export interface QueueState {
  /** Calls waiting for a slot. */
  size: number;
  /** Calls under way. */
  pending: number;
}

/** The Gmail client of a process. Create one: the breakers, the retry budget and the connections are shared by all mailboxes. */
export function createGmail(options: GmailOptions = {}): Gmail {
  const { apiUrl = 'https://gmail.googleapis.com', timeoutMs = 10_000, concurrency = 3 } = options;
  const transport = options.transport ?? fetchTransport();
  const onEvent = guarded(options.onEvent);
  const breakers = createBreakers(breakerOptions(options.breaker, timeoutMs), onEvent, options.sharedBreaker);
  const shared: Shared = {
    upstream: { apiUrl: apiUrl.replace(/\/+$/, ''), transport, timeoutMs, onEvent },
    breakers,
    retry: createRetryPolicy(retryOptions(options)),
    projectCooldown: createCooldown(),
  };
  const batch: { mode: BatchMode } = { mode: canBatch ? (options.batch ?? 'auto') : 'off' };

  return {
    mailbox({ getAccessToken }) {
      const limiter = createLimiter({ ...options, concurrency });
      const pipeline = createPipeline(shared, {
        access: createAccess(getAccessToken, timeoutMs),
        limiter,
        userCooldown: createCooldown(),
      });
      const batchSize = createBatchSize();
      const mailbox = createMailbox({ pipeline, retry: shared.retry, batchSize, concurrency, batch });
      return { ...mailbox, queue: () => ({ size: limiter.size(), pending: limiter.pending() }) };
    },
    breakers,
    async close() {
      breakers.close();
      await transport.close?.();
    },
  };
}

function breakerOptions(given: Partial<BreakerOptions> = {}, timeoutMs: number): BreakerOptions {
  return {
    errorThresholdPercentage: given.errorThresholdPercentage ?? 50,
    resetTimeoutMs: given.resetTimeoutMs ?? 30_000,
    volumeThreshold: given.volumeThreshold ?? 10,
    windowMs: given.windowMs ?? Math.max(10_000, 3 * timeoutMs),
  };
}

function retryOptions(given: Partial<RetryOptions>): RetryOptions {
  return {
    maxRetries: given.maxRetries ?? 3,
    maxInlineWaitMs: given.maxInlineWaitMs ?? 2_000,
    backoffMs: given.backoffMs ?? 1_000,
    budgetRatio: given.budgetRatio ?? 0.1,
  };
}
