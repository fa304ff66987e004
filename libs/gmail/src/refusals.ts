import {
  GmailAccessRevokedError,
  GmailBadAnswerError,
  GmailHistoryExpiredError,
  GmailNotFoundError,
  GmailRateLimitError,
  GmailRequestError,
  GmailUnavailableError,
  type RateLimitScope,
} from './errors.ts';
import type { OperationName } from './operations.ts';
import { retryAfterMs } from './retry-after.ts';
import type { TransportAnswer } from './transport.ts';

/** The 401 of one attempt; the client asks for a new token once before it becomes GmailAccessRevokedError. */
export class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError';
  readonly operation: OperationName;

  constructor(operation: OperationName) {
    super(`${operation}: unauthorized`);
    this.operation = operation;
  }
}

/** Waits for refusals that name no time: a moment for concurrency, part of a quota minute, long for a day. */
const unnamedWaitMs: Record<RateLimitScope, number> = {
  concurrency: 2_000,
  user: 10_000,
  project: 20_000,
  day: 15 * 60_000,
};

// Reason and sentence of an error answer as one text; Google's form of either changes with the years.
// Order matters: the sentence of a per-user refusal also contains that of the project's.
const quotaTexts: [RegExp, RateLimitScope][] = [
  [/too many concurrent requests/i, 'concurrency'],
  [/daily ?limit ?exceeded|per ?day/i, 'day'],
  [/user-? ?rate ?limit ?exceeded|per ?user/i, 'user'],
  [/per ?minute(?! ?per ?user)/i, 'project'],
  [/rate_?limit_?exceeded|quota ?exceeded|resource_?exhausted|resource has been exhausted/i, 'user'],
];

// Google's guide: start retries at least a second after the refusal, whatever a stale date says.
const shortestWaitMs = 1_000;

const policyTexts = /domain ?policy|mail service not enabled/i;
const scopeTexts =
  /insufficient ?permissions?|insufficient authentication scopes|access_token_scope_insufficient/i;

/** The error that an answer other than 2xx stands for. */
export function refusalFrom(operation: OperationName, answer: TransportAnswer, now = Date.now()): Error {
  const { status } = answer;
  const refusal = readRefusal(answer.body);
  const facts = { operation, status, reason: refusal.reason };
  const wait = () => retryAfterMs(answer.headers, answer.body, now);

  if (status === 401) return new UnauthorizedError(operation);
  const scope = status === 429 || status === 403 ? quotaScope(refusal.text) : undefined;
  if (scope !== undefined || status === 429) {
    const limited = scope ?? 'user';
    const named = wait() ?? unnamedWaitMs[limited];
    return new GmailRateLimitError({
      ...facts,
      scope: limited,
      retryAfterMs: Math.max(named, shortestWaitMs),
    });
  }
  if (status === 403 && scopeTexts.test(refusal.text)) {
    return new GmailAccessRevokedError({ ...facts, kind: 'scope' });
  }
  if (status === 403 && policyTexts.test(refusal.text)) {
    return new GmailAccessRevokedError({ ...facts, kind: 'policy' });
  }
  if (status === 404 && operation === 'history.list') return new GmailHistoryExpiredError(facts);
  if (status === 404 || status === 410) return new GmailNotFoundError(facts);
  if (status >= 500 || status === 408) return new GmailUnavailableError({ ...facts, retryAfterMs: wait() });
  if (status >= 400) {
    const passing = /failed_?precondition|precondition check failed/i.test(refusal.text);
    return new GmailRequestError({ ...facts, retryable: passing });
  }
  return new GmailBadAnswerError(facts);
}

function quotaScope(text: string): RateLimitScope | undefined {
  return quotaTexts.find(([pattern]) => pattern.test(text))?.[1];
}

interface Refusal {
  reason: string | undefined;
  text: string;
}

/** Google's error body in its old (`errors[].reason`) and new (`status`, `details[].reason`) form, or any text. */
function readRefusal(body: string): Refusal {
  const reason = /"reason"\s*:\s*"([A-Za-z_-]{1,64})"/.exec(body)?.[1];
  const status = /"status"\s*:\s*"([A-Z_]{1,64})"/.exec(body)?.[1];
  // Refusals are short; a proxy's page of megabytes is not searched to its end.
  return { reason: reason ?? status, text: body.slice(0, 8_192) };
}
