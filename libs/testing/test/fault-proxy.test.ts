import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startFaultProxy, until } from '@finito/testing';
import type { FaultProxy } from '@finito/testing';

let echo: Server;
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startFaultProxy({ target: echo.address() as { port: number } });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  echo.close();
});

describe('the fault proxy', () => {
  it('passes everything on, later by the delay it was told', async () => {
    const client = open();
    expect(await said(client, 'a')).toBe('a');
    proxy.delay(40);
    const start = performance.now();
    expect(await said(client, 'b')).toBe('b');
    expect(performance.now() - start).toBeGreaterThanOrEqual(75);
  });

  it('frozen, keeps the connection and what was sent until it heals', async () => {
    const client = open();
    await said(client, 'a');
    proxy.freeze();
    const answer = said(client, 'b');
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 60, 'silence'))]);
    expect(first).toBe('silence');
    proxy.heal();
    expect(await answer).toBe('b');
  });

  it('cut, resets what is open and refuses what is new until it heals', async () => {
    const client = open();
    await said(client, 'a');
    proxy.cut();
    await until(() => client.destroyed);
    const refused = open();
    await until(() => refused.destroyed);
    proxy.heal();
    expect(await said(open(), 'c')).toBe('c');
  });
});

function open(): Socket {
  const client = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  clients.push(client);
  return client;
}

async function said(client: Socket, text: string): Promise<string> {
  client.write(text);
  const [answer] = (await once(client, 'data')) as [Buffer];
  return answer.toString();
}
