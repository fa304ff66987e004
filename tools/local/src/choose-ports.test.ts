import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort, isPortFree } from '@finito/testing';
import { choosePorts } from './choose-ports.ts';
import { LocalProblem } from './problem.ts';

const taken: Server[] = [];
const take = (port: number, host: string) =>
  new Promise<void>((resolve, reject) => {
    const server = createServer();
    taken.push(server);
    server.once('error', reject).listen(port, host, resolve);
  });
afterEach(() => Promise.all(taken.splice(0).map((server) => new Promise((done) => server.close(done)))));

describe('the ports of a start', () => {
  it.each(['127.0.0.1', '0.0.0.0'])(
    'refuse a public port taken on %s, and say how to get past it',
    async (host) => {
      const port = await freePort();
      await take(port, host);
      const refused = choosePorts(port, () => undefined);
      await expect(refused).rejects.toThrow(LocalProblem);
      await expect(refused).rejects.toThrow(`PORT=${port + 100} npm start`);
    },
  );

  it('are all free, and no two alike', async () => {
    const ports = await choosePorts(await freePort(), () => undefined);
    const numbers = Object.values(ports);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const port of numbers) expect(await isPortFree(port)).toBe(true);
  });

  it('other than the public one are moved when they are taken, and said so', async () => {
    const usual = (await choosePorts(await freePort(), () => undefined)).simulator;
    await take(usual, '127.0.0.1');
    const said: string[] = [];
    const { simulator } = await choosePorts(await freePort(), (line) => said.push(line));
    expect(simulator).not.toBe(usual);
    expect(said.join('\n')).toContain(`simulator is on ${simulator}`);
  });

  it('never give an inner server the public one', async () => {
    const usual = (await choosePorts(await freePort(), () => undefined)).simulator;
    const { simulator } = await choosePorts(usual, () => undefined);
    expect(simulator).not.toBe(usual);
  });
});
