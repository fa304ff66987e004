import type { ClientEvent } from '@finito/gmail';

/** The calls that stand for one of Gmail's, by its name for it. What is not here is nobody's mail, and not told. */
const operations: readonly [pattern: RegExp, operation: string][] = [
  [/^GET \/api\/emails$/, 'messages.list'],
  [/^GET \/api\/emails\/[^/]+$/, 'messages.get'],
  [/^GET \/api\/threads\/[^/]+$/, 'threads.get'],
  [/^GET \/api\/labels$/, 'labels.list'],
  [/^POST \/api\/emails\/bulk-action$/, 'messages.batchModify'],
  [/^POST \/api\/emails\/[^/]+\/modify$/, 'messages.modify'],
  [/^POST \/api\/emails\/send$/, 'messages.send'],
];

/** The same fetch, which also tells how reading mail went: what kind of call, how long, and whether it failed. */
export function reportedFetch(
  report: (event: ClientEvent) => void,
  fetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request),
): typeof globalThis.fetch {
  return async (input, init) => {
    const operation = operationOf(String(input), init?.method);
    if (operation === undefined) return fetch(input, init);
    const startedAt = performance.now();
    const tell = (type: ClientEvent['type']) => {
      const latency = Math.round(performance.now() - startedAt);
      report({ type, timestamp: Date.now(), details: { operation, latency } });
    };
    try {
      const answer = await fetch(input, init);
      tell(answer.status === 429 ? 'rate_limit' : answer.status >= 500 ? 'error' : 'gmail_request');
      return answer;
    } catch (error) {
      // Who runs through a list leaves calls behind that did not fail.
      if (!init?.signal?.aborted) tell('error');
      throw error;
    }
  };
}

function operationOf(url: string, method = 'GET'): string | undefined {
  const call = `${method} ${url.split('?')[0]}`;
  return operations.find(([pattern]) => pattern.test(call))?.[1];
}
