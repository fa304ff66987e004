import { ApiError, ApiUnreachableError, createApiClient } from '@finito/api';
import { createEventReporter } from '@finito/gmail';
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { createClickTrace } from './click-trace.ts';
import { reportedFetch } from './reported-fetch.ts';

const reporter = createEventReporter({ url: '/api/logs/client-events' });

export const clickTrace = createClickTrace();
export const api = createApiClient({
  fetch: reportedFetch(reporter.report),
  traceparent: clickTrace.traceparent,
});

export const isSignedOut = (error: unknown) => error instanceof ApiError && error.status === 401;

/**
 * Answers are kept until an event says that they are old: the gateway gives a user a hundred calls a minute, so
 * nothing is asked twice for comfort. A session that ended brings the sign-in page from wherever it is noticed.
 */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isSignedOut(error)) client.setQueryData(['me'], null);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // A page on the loopback address works without a network.
        networkMode: 'always',
        retry: (failures, error) => isWorthAnotherTry(error) && failures < 4,
        retryDelay: (failures, error) => retryDelayMs(failures, error),
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}

export function isWorthAnotherTry(error: unknown): boolean {
  return (error instanceof ApiError || error instanceof ApiUnreachableError) && error.retryable;
}

/** What the gateway asked for, or 0.5, 1, 2, 4 … seconds. */
export function retryDelayMs(failures: number, error: unknown): number {
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  return asked ?? Math.min(500 * 2 ** failures, 30_000);
}

/** For people: what happened, never a status or a stack. */
export function errorInWords(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.status === 404) return 'This is not here any more.';
    if (error.status === 429) return 'That was a lot at once. Please wait a moment.';
    if (error.status < 500) return error.message;
  }
  return 'The server does not answer.';
}
