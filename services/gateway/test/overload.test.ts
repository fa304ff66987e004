import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLog, createRegistry, httpMetrics, noTracing, listenHttp } from '@finito/service-kit';
import { until } from '@finito/testing';
import express from 'express';
import { gatewayMetrics } from '../src/metrics.ts';
import { createOverload } from '../src/overload.ts';
import type { Overload } from '../src/overload.ts';
import { problemHandler } from '../src/problems.ts';
import type { Middleware } from '../src/request-locals.ts';
import { requestLog } from '../src/request-log.ts';
import { capConnections, serverOptions } from '../src/server-limits.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** The middle of a gateway, on an event loop that can be made late, as by more requests than there is time for. */
async function aBusyGateway({ warmUpMs = 0 } = {}) {
  const registry = createRegistry({ service: 'gateway', version: 'test' });
  const overload = createOverload({ metrics: gatewayMetrics(registry), warmUpMs });
  const lines: string[] = [];
  const log = createLog({ service: 'gateway', destination: { write: (line) => void lines.push(line) } });
  const app = express()
    .use(requestLog({ log, metrics: httpMetrics(registry), tracing: noTracing }) as Middleware)
    .use(overload.shed)
    .use((_request, response) => {
      spin(costMs);
      response.json({});
    })
    .use(problemHandler());
  const server = createServer(app);
  const port = await listenHttp(server, { port: 0, host: '127.0.0.1', setting: 'PORT' });
  let costMs = 0;
  let turnMs = 0;
  let isRunning = true;
  const turn = () => {
    spin(turnMs);
    if (isRunning) setTimeout(turn, 1);
  };
  turn();
  closers.push(() => {
    isRunning = false;
    overload.stop();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    ...{ overload, port },
    log: () => lines.join(''),
    get: (path: string) => fetch(`http://127.0.0.1:${port}${path}`),
    async shed() {
      const [value] = (await registry.getSingleMetric('finito_requests_shed_total')!.get()).values;
      return value?.value;
    },
    beLateBy: (ms: number) => void (turnMs = ms),
    eachRequestCosts: (ms: number) => void (costMs = ms),
  };
}

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const untilLag = (overload: Overload, isEnough: (ms: number) => boolean) =>
  until(() => isEnough(overload.lagMs()), { timeoutMs: 20_000 });

async function aClient(port: number, text: string) {
  const socket = connect(port, '127.0.0.1');
  const seen = { text: '', isClosed: false };
  socket.setEncoding('utf8').on('data', (piece: string) => (seen.text += piece));
  socket.on('error', () => undefined).on('close', () => (seen.isClosed = true));
  closers.push(() => socket.destroy());
  await once(socket, 'connect');
  socket.write(text);
  return seen;
}

describe('an overloaded gateway', () => {
  it('refuses with 503 and an integer Retry-After, but never health, sign-in nor the page, and recovers by itself', async () => {
    const { get, overload, shed, log, beLateBy } = await aBusyGateway();
    beLateBy(250);
    await untilLag(overload, (ms) => ms > 170);
    const refused = await get('/api/mailboxes');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-4]$/);
    expect(await refused.json()).toMatchObject({ type: '/problems/overloaded' });
    expect(await shed()).toBe(1);

    for (const path of [
      '/api/health',
      '/api/auth/me',
      '/api/auth/google/callback?code=1',
      '/api/admin/queues',
      '/mail/inbox',
      '/assets/index.css',
    ]) {
      expect((await get(path)).status).toBe(200);
    }
    expect((await get('/api/healthy')).status).toBe(503);
    expect(log()).not.toContain('request failed');

    beLateBy(0);
    await untilLag(overload, (ms) => ms < 60);
    await until(async () => (await get('/api/mailboxes')).status === 200);
  });

  it('refuses nothing while it warms up', async () => {
    const { get, overload, shed, beLateBy } = await aBusyGateway({ warmUpMs: 60_000 });
    beLateBy(250);
    await untilLag(overload, (ms) => ms > 170);
    expect((await get('/api/mailboxes')).status).toBe(200);
    expect(await shed()).toBe(0);
  });

  it('takes of many requests that come together only the first, as many as there is time for', async () => {
    const { overload, port, eachRequestCosts } = await aBusyGateway();
    await untilLag(overload, (ms) => ms < 30);
    eachRequestCosts(4);
    const client = await aClient(port, 'GET /api/emails HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(300));
    const answers = () => client.text.match(/HTTP\/1\.1 \d+/g) ?? [];
    await until(() => answers().length === 300);
    const taken = answers().filter((line) => line.endsWith('200')).length;
    expect(taken).toBeGreaterThan(0);
    expect(taken * 4).toBeLessThan(200);
    expect(answers()[0]).toBe('HTTP/1.1 200');
    expect(answers().slice(-100)).not.toContain('HTTP/1.1 200');
  });

  it('does not take one pause for overload: it counts for less than a third of itself', async () => {
    const { overload } = await aBusyGateway();
    const before = overload.lagMs();
    const startedAt = performance.now();
    spin(180);
    await until(() => overload.lagMs() !== before, { everyMs: 1 });
    expect(overload.lagMs() - before).toBeLessThan((performance.now() - startedAt) / 3);
  });

  it('does not take even a long pause for overload', async () => {
    const { overload } = await aBusyGateway();
    await untilLag(overload, (ms) => ms < 5);
    const before = overload.lagMs();
    spin(1_000);
    await until(() => overload.lagMs() !== before, { everyMs: 1 });
    expect(overload.lagMs()).toBeLessThan(60);
  });
});

describe('the public server', () => {
  async function aServer(max?: number) {
    const server = capConnections(
      createServer({
        ...serverOptions,
        headersTimeout: 300,
        requestTimeout: 500,
        connectionsCheckingInterval: 50,
      }),
      max,
    );
    server.on('request', (_request, response) => response.end('ok'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return (server.address() as { port: number }).port;
  }

  it('drops who sends a head or a body too slowly, and who sends nothing', async () => {
    const port = await aServer();
    const clients = [
      await aClient(port, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: '),
      await aClient(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n12345'),
      await aClient(port, ''),
    ];
    await until(() => clients.every(({ isClosed }) => isClosed));
    expect(clients[0]!.text).toMatch(/^HTTP\/1\.1 408 .*"type":"\/problems\/too-slow"/s);
    expect(clients[2]!.text).toBe('');
  });

  it('drops many that send nothing, each of them, and goes on answering', async () => {
    const port = await aServer();
    const silent = await Promise.all(Array.from({ length: 200 }, () => aClient(port, '')));
    await until(() => silent.every(({ isClosed }) => isClosed));
    const client = await aClient(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => client.text.includes('200 OK'));
  });

  it.each([
    [
      'a head that is too large',
      `GET / HTTP/1.1\r\nHost: a\r\nX-Bomb: ${'x'.repeat(60_000)}\r\n\r\n`,
      431,
      'head-too-large',
    ],
    [
      'a thousand headers',
      `GET / HTTP/1.1\r\nHost: a\r\n${'X-Bomb: x\r\n'.repeat(5_000)}\r\n`,
      431,
      'head-too-large',
    ],
    ['what is no HTTP', 'EHLO mail.example.com\r\n\r\n', 400, 'malformed-request'],
    [
      'a line end in a header',
      'GET / HTTP/1.1\r\nHost: a\r\nX-A: a\rX-B: b\r\n\r\n',
      400,
      'malformed-request',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      400,
      'malformed-request',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'malformed-request',
    ],
  ])('answers %s with its problem and closes', async (_what, text, status, type) => {
    const client = await aClient(await aServer(), text);
    await until(() => client.isClosed);
    const [head = '', body = ''] = client.text.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('Content-Type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ type: `/problems/${type}`, status });
  });

  it('makes room at its cap by closing connections that wait for later', async () => {
    const port = await aServer(10);
    const idle = await Promise.all(
      Array.from({ length: 10 }, () => aClient(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
    );
    await until(() => idle.every(({ text }) => text.includes('200 OK')));
    await until(async () => {
      const next = await aClient(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      return until(() => next.text.includes('200 OK'), { timeoutMs: 500 });
    });
    expect(idle.some(({ isClosed }) => isClosed)).toBe(true);
  });
});
