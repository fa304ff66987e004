import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ApiError,
  ApiUnreachableError,
  createApiClient,
  openApiDocument,
  parseSyncEvent,
  routes,
} from './index.ts';
import { emailListQuery } from './emails.ts';

describe('the contract', () => {
  it('names every route once', () => {
    const seen = Object.values(routes).map(({ method, path }) => `${method} ${path}`);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('points only at schemas that the OpenAPI document has', () => {
    const text = JSON.stringify(openApiDocument({ serverUrl: 'http://localhost:3001' }));
    const { components } = JSON.parse(text) as { components: { schemas: Record<string, object> } };
    const refs = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? '');
    expect(refs.length).toBeGreaterThan(20);
    for (const ref of refs) {
      expect(components.schemas).toHaveProperty([ref.replace('#/components/schemas/', '')]);
    }
  });

  it.each([
    { limit: ['1', '2'] },
    { limit: '201' },
    { limit: '' },
    { q: 'a\0b' },
    { q: '\ud800' },
    { color: 'red' },
  ])('refuses the list query %j', (query) => {
    expect(emailListQuery.safeParse(query).success).toBe(false);
  });

  it('leaves out events that a newer server may send', () => {
    expect(parseSyncEvent('message-starred', '{}')).toBeUndefined();
    expect(parseSyncEvent('reset', '{}')).toEqual({ type: 'reset' });
    expect(parseSyncEvent('progress', 'not json')).toBeUndefined();
  });
});

describe('the client', () => {
  it('fills in the path, sends the query and returns what the schema knows', async () => {
    await using server = await answering((url) => ({ status: 200, body: { items: [], nextCursor: url } }));
    const api = createApiClient({ baseUrl: server.url });
    expect((await api.listEmails({ query: { label: 'INBOX', limit: 5 } })).nextCursor).toBe(
      '/api/emails?label=INBOX&limit=5',
    );
  });

  it('throws the problem document of a refusal, with its Retry-After', async () => {
    const told = { type: '/problems/rate-limited', title: 'Too many requests', status: 429 };
    await using server = await answering(() => ({
      status: 429,
      body: told,
      headers: { 'retry-after': '7' },
    }));
    const failed = createApiClient({ baseUrl: server.url }).listMailboxes();
    await expect(failed).rejects.toMatchObject({
      name: 'ApiError',
      problem: told,
      retryAfterMs: 7_000,
      retryable: true,
    });
    await expect(failed).rejects.toBeInstanceOf(ApiError);
  });

  it('refuses an answer that is not in the contract', async () => {
    await using server = await answering(() => ({ status: 200, body: { items: 3 } }));
    await expect(createApiClient({ baseUrl: server.url }).listMailboxes()).rejects.toBeInstanceOf(
      ApiUnreachableError,
    );
  });
});

async function answering(
  answer: (url: string) => { status: number; body: unknown; headers?: Record<string, string> },
) {
  const server = createServer((request, response) => {
    const { status, body, headers } = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
