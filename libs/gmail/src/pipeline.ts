import type { Access } from './access.ts';
import type { Breakers } from './breakers.ts';
import type { Cooldown } from './cooldown.ts';
import { pause } from './deadline.ts';
import { GmailAccessRevokedError, GmailRateLimitError } from './errors.ts';
import { exchange, type GmailRequest, type Upstream } from './exchange.ts';
import type { Limiter } from './limiter.ts';
import { operations } from './operations.ts';
import { UnauthorizedError } from './refusals.ts';
import type { RetryPolicy } from './retry.ts';

/** What all mailboxes of a process share: Gmail's outages and the project's quota concern every one of them. */
export interface Shared {
  upstream: Upstream;
  breakers: Breakers;
  retry: RetryPolicy;
  projectCooldown: Cooldown;
}

/** What is one mailbox's own. */
export interface Own {
  access: Access;
  limiter: Limiter;
  userCooldown: Cooldown;
}

export interface Pipeline {
  call<T>(request: GmailRequest<T>, signal: AbortSignal | undefined): Promise<T>;
  /** Makes a refusal known to all later calls that it concerns. */
  learn(error: unknown): void;
}

/**
 * The order of a call: retry → limiter → breaker → fetch with its deadline.
 *
 * - Retry is outermost, so that each try queues again and a waiting one holds no slot.
 * - The limiter is outside the breaker, so that waiting for a slot is not mistaken for a slow Gmail.
 * - The token is fetched outside the breaker: a broken token store is not an outage of Gmail.
 */
export function createPipeline(shared: Shared, own: Own): Pipeline {
  const { upstream, breakers, retry } = shared;
  const { access, limiter } = own;

  async function call<T>(request: GmailRequest<T>, signal: AbortSignal | undefined): Promise<T> {
    const { operation } = request;
    retry.begin();
    for (let retryCount = 0; ; retryCount += 1) {
      try {
        return await limiter.run(() => attempt(request, retryCount, signal), signal);
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        const next = mayRepeat(request, error) ? retry.next(error, retryCount) : undefined;
        if (next === undefined) {
          upstream.onEvent({
            type: 'error',
            operation,
            name: error instanceof Error ? error.name : 'unknown',
          });
          throw error;
        }
        upstream.onEvent({ type: 'retry', operation, retryCount: retryCount + 1, ...next });
        await pause(next.waitMs, signal);
      }
    }
  }

  async function attempt<T>(request: GmailRequest<T>, retryCount: number, signal: AbortSignal | undefined) {
    const { operation } = request;
    const send = (token: string) =>
      breakers.fire(operation, () => exchange(upstream, request, token, retryCount, signal));
    try {
      shared.projectCooldown.check(operation);
      own.userCooldown.check(operation);
      const token = await access.token(operation, signal);
      try {
        return await send(token);
      } catch (error) {
        if (!(error instanceof UnauthorizedError)) throw error;
        return await send(await access.renewed(operation, token, signal));
      }
    } catch (error) {
      learn(error);
      if (!(error instanceof UnauthorizedError)) throw error;
      throw new GmailAccessRevokedError({ operation, status: 401, kind: 'token' });
    }
  }

  function learn(error: unknown): void {
    if (!(error instanceof GmailRateLimitError) || error.reason === 'cooldown') return;
    const { operation, scope, retryAfterMs } = error;
    upstream.onEvent({ type: 'rate_limit', operation, scope, retryAfterMs });
    (scope === 'project' || scope === 'day' ? shared.projectCooldown : own.userCooldown).learn(error);
  }

  return { call, learn };
}

/** A refusal for quota was not carried out; any other end of a send is unknown and must not be repeated here. */
function mayRepeat({ operation }: GmailRequest<unknown>, error: unknown): boolean {
  return operations[operation].repeatable || error instanceof GmailRateLimitError;
}
