import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { startProcess, until } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { listenHttp } from '../src/index.ts';

const bareService = join(import.meta.dirname, 'bare-service.ts');
const compileCache = mkdtempSync(join(tmpdir(), 'finito-compile-cache-'));
const running: RunningProcess[] = [];

async function run(variables: Record<string, string>): Promise<RunningProcess> {
  const env = {
    PATH: process.env['PATH'],
    NODE_COMPILE_CACHE: compileCache,
    ADMIN_PORT: '0',
    FAULT: 'none',
    ...variables,
  };
  const service = await startProcess({
    command: process.execPath,
    args: ['--no-warnings', bareService],
    env,
  });
  running.push(service);
  return service;
}

async function started(variables: Record<string, string> = {}) {
  const service = await run(variables);
  const lines = () => linesOf(service);
  const up = await until(() => lines().find((line) => line['msg'] === 'service started'));
  const httpPort = Number(lines().find((line) => line['msg'] === 'greeter listens')?.['httpPort']);
  const admin = `http://127.0.0.1:${Number(up['adminPort'])}`;
  return { service, lines, admin, api: `http://127.0.0.1:${httpPort}`, startMs: Number(up['startMs']) };
}

/** How long Node takes to run nothing. */
async function bareNodeMs(): Promise<number> {
  const bare = await startProcess({
    command: process.execPath,
    args: ['-e', 'console.log(performance.now())'],
    env: {},
  });
  await bare.exited;
  return Number(bare.output());
}

function linesOf(service: RunningProcess): Record<string, unknown>[] {
  const json = service
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'));
  return json.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const messages = (lines: Record<string, unknown>[]) => lines.map((line) => line['msg']);

afterEach(async () => {
  for (const service of running.splice(0)) await service.stop({ signal: 'SIGKILL' });
});
afterAll(() => rmSync(compileCache, { recursive: true, force: true }));

describe('a service that starts', () => {
  it('lists every fault of its settings at once and exits with 1', async () => {
    const service = await run({
      FAULT: 'earthquake',
      PORT: 'eighty',
      ADMIN_PORT: '99999',
      LOG_LEVEL: 'loud',
    });
    expect(await service.exited).toBe(1);
    const output = service.output();
    expect(output).toContain('bare-service: the settings cannot be used:');
    for (const name of ['FAULT', 'PORT', 'ADMIN_PORT', 'LOG_LEVEL'])
      expect(output).toContain(`  ${name}: is not valid;`);
    expect(output).not.toContain('earthquake');
    expect(output.trim().split('\n')).toHaveLength(5);
  });

  it('R29: answers /livez, /readyz and /metrics on its admin port and nothing else', async () => {
    const { admin } = await started();
    const status = async (path: string, method = 'GET') => (await fetch(admin + path, { method })).status;
    expect(await status('/livez')).toBe(200);
    expect(await status('/readyz?verbose')).toBe(200);
    expect(await status('/')).toBe(404);
    expect(await status('/livez', 'POST')).toBe(405);
    const metrics = await (await fetch(`${admin}/metrics`)).text();
    expect(metrics).toContain('finito_build_info{service="bare-service"');
    expect(metrics).toContain('nodejs_eventloop_lag_seconds');
  });

  it('says in one line which port is taken, and exits with 1', async () => {
    const other = createServer();
    const port = await listenHttp(other, { port: 0, host: '127.0.0.1', setting: 'PORT' });
    try {
      for (const setting of ['ADMIN_PORT', 'PORT']) {
        const service = await run({ [setting]: String(port), LOG_LEVEL: 'warn' });
        expect(await service.exited).toBe(1);
        expect(service.output().trim()).toBe(
          `${setting}: port ${port} on 127.0.0.1 is taken; stop what listens there or set ${setting} to another`,
        );
      }
    } finally {
      other.close();
    }
  });

  it('closes what it had opened when its start fails, and exits with 1', async () => {
    const service = await run({ FAULT: 'throw-in-start' });
    expect(await service.exited).toBe(1);
    expect(messages(linesOf(service))).toEqual(
      expect.arrayContaining(['service could not start', 'closed last', 'closed first', 'service stopped']),
    );
  });

  it('is up in a moment once its code is cached', async () => {
    await (await started()).service.stop();
    const ratios = [];
    for (let i = 0; i < 3; i += 1) {
      const bareMs = await bareNodeMs();
      ratios.push((await started()).startMs / bareMs);
    }
    // 140 ms on an idle machine, four times what Node alone takes; a busy machine slows both.
    expect(Math.min(...ratios)).toBeLessThan(8);
  });
});

describe('a service that is told to stop', () => {
  it('R34: closes in reverse order and exits with 0', async () => {
    const { service, lines } = await started();
    service.signal('SIGTERM');
    expect(await service.exited).toBe(0);
    const closed = messages(lines()).filter((message) => String(message).startsWith('closed'));
    expect(closed).toEqual(['closed last', 'closed first']);
    expect(lines().find((line) => line['msg'] === 'closed last')?.['aborted']).toBe(true);
  });

  it('finishes the request in hand before it goes', async () => {
    const { service, api } = await started();
    const answer = fetch(api);
    await wait(50);
    service.signal('SIGTERM');
    const response = await answer;
    expect(await response.text()).toBe('hello');
    expect(await service.exited).toBe(0);
  });

  it('R35, R64: stops being ready first, and still serves for the time it was given, sending clients elsewhere', async () => {
    const { service, admin, api } = await started({ SHUTDOWN_DELAY_MS: '1000' });
    service.signal('SIGTERM');
    await until(async () => (await fetch(`${admin}/readyz`)).status === 503, { timeoutMs: 800 });
    expect((await fetch(`${admin}/livez`)).status).toBe(200);
    const answer = await fetch(api);
    expect(await answer.text()).toBe('hello');
    expect(answer.headers.get('connection')).toBe('close');
    expect(await service.exited).toBe(0);
  });

  it('exits with 2 inside its deadline when something does not close', async () => {
    const { service } = await started({ FAULT: 'hang', DEADLINE_MS: '1000' });
    const startedAt = performance.now();
    service.signal('SIGTERM');
    expect(await service.exited).toBe(2);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('R33: exits with 2 inside 10 seconds by default', async () => {
    const { service } = await started({ FAULT: 'hang' });
    const startedAt = performance.now();
    service.signal('SIGTERM');
    expect(await service.exited).toBe(2);
    const ms = performance.now() - startedAt;
    expect(ms).toBeGreaterThan(9_000);
    expect(ms).toBeLessThan(10_000);
  });

  it('passes over a resource that throws while it closes', async () => {
    const { service, lines } = await started({ FAULT: 'throw-in-close' });
    service.signal('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(messages(lines())).toEqual(
      expect.arrayContaining(['resource did not close cleanly', 'closed first']),
    );
  });

  it('takes two signals at once for one, and exits at once on a second Ctrl-C', async () => {
    const { service } = await started({ FAULT: 'hang' });
    service.signal('SIGINT');
    service.signal('SIGINT');
    service.signal('SIGTERM');
    await wait(400);
    expect(service.child.exitCode).toBeNull();
    service.signal('SIGINT');
    expect(await service.exited).toBe(130);
  });

  it.each([
    ['throw-later', 'uncaught exception'],
    ['reject-later', 'unhandled rejection'],
  ])('R32: closes and exits with 1 after an error that escaped: %s', async (fault, message) => {
    const service = await run({ FAULT: fault });
    expect(await service.exited).toBe(1);
    expect(messages(linesOf(service))).toEqual(
      expect.arrayContaining([message, 'closed first', 'service stopped']),
    );
  });
});
