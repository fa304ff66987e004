// The databases of a large installation: a Redis Cluster, PgBouncer that pools by transaction, reads from a replica.
// Whatever the services keep in Redis (jobs, quota, limits, events, totals) has to work over slots of several nodes.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '@finito/testing';
import { aMail } from './mails.ts';
import { startStack } from './running-stack.ts';
import type { RunningStack } from './running-stack.ts';
import { signIn } from './sign-in.ts';

const emailAddress = 'robin@example.com';
const messages = Array.from({ length: 60 }, (_, index) =>
  aMail({ from: 'ann@example.org', subject: `Letter ${index}`, text: 'Hello' }),
);
jest.setTimeout(120_000);

describe('the product on a Redis Cluster, behind PgBouncer', () => {
  let stack: RunningStack;
  let cookie = '';

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(stack.url + path, { headers: { cookie, ...headers }, redirect: 'manual' });
    return { response, body: (await response.json()) as Record<string, never> & { items: never[] } };
  };

  beforeAll(async () => {
    stack = await startStack([{ emailAddress, name: 'Robin', messages }], {
      ...{ gateways: 1, bulk: 1, interactive: 1, telemetry: 1 },
      ...{ redisCluster: true, pooled: true },
    });
    cookie = await signIn(stack.url, emailAddress);
  });
  afterAll(() => stack?.close());

  it('syncs a mailbox and shows it, limits counted and quota kept over nodes', async () => {
    await until(async () => (await get('/api/mailboxes')).body.items[0]?.['state'] === 'live', {
      timeoutMs: 60_000,
      everyMs: 250,
      message: 'the mailbox to be in step',
    });
    const { response, body } = await get('/api/emails?limit=100');
    expect(body.items).toHaveLength(messages.length);
    expect(Number(response.headers.get('x-ratelimit-remaining'))).toBeLessThan(100);
    expect(stack.simulator.report().refusals).toEqual({});
  });

  it('tells an open page what comes', async () => {
    const stop = new AbortController();
    const events = await fetch(`${stack.url}/api/sync/events`, { headers: { cookie }, signal: stop.signal });
    const heard = hear(events, 'message-stored');
    stack.simulator
      .account(emailAddress)
      .deliver(aMail({ from: 'a@b.example', subject: 'News', text: 'Now' }));
    expect(await heard).toContain('message-stored');
    stop.abort();
  });

  it('adds client events up', async () => {
    const event = { type: 'error', timestamp: Date.now(), details: { operation: 'messages.get' } };
    const sent = await fetch(`${stack.url}/api/logs/client-events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events: Array.from({ length: 7 }, () => event) }),
    });
    expect(sent.status).toBe(202);
    const admin = { 'x-admin-api-key': 'admin-key-of-the-end-to-end-tests' };
    await until(
      async () =>
        JSON.stringify((await get('/api/logs/client-events?admin=true', admin)).body).includes('"error":7'),
      { timeoutMs: 20_000, everyMs: 250, message: 'the events to be counted' },
    );
  });

  it('kept its keys on every node, and no command was refused for its slots', async () => {
    const { redis } = stack.databases;
    expect(
      'keyCounts' in redis && (await redis.keyCounts()).filter((count) => count > 0).length,
    ).toBeGreaterThan(1);
    const output = stack.processes.map((each) => each.output()).join('');
    expect(output).not.toMatch(/CROSSSLOT|MOVED|startup parameter|prepared statement/);
    expect(output.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
  });
});

/** Reads a stream of events until one of this type. */
async function hear(response: Response, type: string): Promise<string> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes(`event: ${type}`) || text.includes(`"${type}"`)) return text;
  }
  throw new Error(`the stream ended without ${type}: ${text}`);
}
