import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess, until } from '@finito/testing';
import type { Launched } from './supervised.ts';
import type { LogFile } from './log-file.ts';

export interface ServiceCommand {
  /** Arguments of this same Node. */
  args: string[];
  /** Beside this process's own environment. */
  env: Record<string, string>;
  cwd: string;
  /** Its `/readyz` on this port of 127.0.0.1 says when it serves; without a port its output does. */
  adminPort?: number;
  readyWhen?: (output: string) => boolean;
  /** Default 60,000 ms: a small machine takes its time. */
  readyWithinMs?: number;
}

export interface LaunchedService extends Launched {
  /** What it said so far. */
  output(): string;
}

/** Compiled code, and types already stripped: a quarter of a service's start from the second one on. */
const compileCache = (repository: string) => join(repository, 'node_modules/.cache/node-compile');

/** Starts a Node process in a group of its own, so that a Ctrl-C reaches it in our order only. */
export async function launchService(
  service: ServiceCommand,
  log: Pick<LogFile, 'write'>,
): Promise<LaunchedService> {
  const running = await startProcess({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...service.args],
    env: { NODE_COMPILE_CACHE: compileCache(service.cwd), ...process.env, ...service.env },
    cwd: service.cwd,
    detached: true,
    onOutput: (chunk) => log.write(chunk),
  });
  const withinMs = service.readyWithinMs ?? 60_000;
  const serves = () => {
    if (service.readyWhen !== undefined) return service.readyWhen(running.output());
    return service.adminPort === undefined || isReady(service.adminPort);
  };
  const tooLate = new AbortController();
  const died = running.exited.then((code) => {
    throw new Error(`it ended with code ${code} before it was ready`);
  });
  const ready = Promise.race([
    until(() => tooLate.signal.aborted || serves(), {
      timeoutMs: withinMs,
      everyMs: 40,
      message: 'it to be ready',
    }),
    died,
  ])
    .finally(() => tooLate.abort())
    .then(() => undefined);
  return {
    pid: running.pid,
    exited: running.exited,
    ready,
    output: running.output,
    async stop(stopWithinMs) {
      await running.stop({ withinMs: stopWithinMs });
      endGroup(running.pid);
    },
  };
}

/** What it started itself (`node --watch` runs the program in a child) goes with it. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

/** Whether a service says of itself that it can take work. */
export function isReady(adminPort: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port: adminPort, path: '/readyz', timeout: 1_000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

/** Runs a Node program to its end. @throws Error with its last output when it fails or takes too long. */
export async function runToEnd(
  args: string[],
  options: { env?: Record<string, string>; cwd: string; withinMs: number },
) {
  const running = await startProcess({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...args],
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
  });
  const late = new AbortController();
  const code = await Promise.race([
    running.exited,
    sleep(options.withinMs, undefined, { signal: late.signal, ref: false }),
  ]);
  late.abort();
  if (code === 0) return running.output();
  if (code === undefined) await running.stop({ signal: 'SIGKILL' });
  const happened =
    code === undefined ? `it took longer than ${options.withinMs / 1_000} s` : `exit code ${code}`;
  throw new Error(`${happened}\n${running.output().trimEnd().split('\n').slice(-15).join('\n')}`);
}
