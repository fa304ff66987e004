import { describe, expect, it } from '@jest/globals';
import type { ClientEvent } from '@finito/gmail';
import { reportedFetch } from './reported-fetch.ts';

function aFetch(answer: (signal: AbortSignal | null | undefined) => Promise<Response>) {
  const told: ClientEvent[] = [];
  const fetch = reportedFetch(
    (event) => told.push(event),
    (_input, init) => answer(init?.signal),
  );
  return { fetch, told };
}

describe('what the page tells of its calls', () => {
  it.each([
    ['/api/emails?label=INBOX', 'GET', 200, 'gmail_request', 'messages.list'],
    ['/api/emails/msg_1?x=y', 'GET', 202, 'gmail_request', 'messages.get'],
    ['/api/emails/bulk-action', 'POST', 503, 'error', 'messages.batchModify'],
    ['/api/labels', 'GET', 429, 'rate_limit', 'labels.list'],
  ])('of %s (%s %i) is %s of %s, and no id', async (url, method, status, type, operation) => {
    const { fetch, told } = aFetch(async () => new Response(null, { status }));
    await fetch(url, { method });
    expect(told).toEqual([
      { type, timestamp: expect.any(Number), details: { operation, latency: expect.any(Number) } },
    ]);
  });

  it('is nothing of calls that are not about mail, and nothing of those it gave up itself', async () => {
    const leave = new AbortController();
    const { fetch, told } = aFetch(async (signal) => {
      signal?.throwIfAborted();
      return new Response();
    });
    await fetch('/api/auth/me', {});
    leave.abort();
    await expect(fetch('/api/emails/msg_1', { signal: leave.signal })).rejects.toThrow();
    expect(told).toEqual([]);
  });

  it('is an error of a server that does not answer', async () => {
    const { fetch, told } = aFetch(() => Promise.reject(new TypeError('no network')));
    await expect(fetch('/api/emails/msg_1')).rejects.toThrow('no network');
    expect(told).toMatchObject([{ type: 'error', details: { operation: 'messages.get' } }]);
  });
});
