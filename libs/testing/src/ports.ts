import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that Linux (32768) and macOS (49152) give to outgoing connections. */
const LOWEST = 10_000;
const HIGHEST = 32_000;

/**
 * A TCP port of 127.0.0.1 that nobody listens on at this moment. One that the system picks would do for a server that
 * listens at once; but between asking and listening any outgoing connection may be given it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...rangeOfThisRunner());
    if (given.has(port) || !(await isPortFree(port, '127.0.0.1'))) continue;
    given.add(port);
    return port;
  }
}

/** By this process: whoever was given one may not listen on it yet. */
const given = new Set<number>();
const RUNNERS = 8;

/** Of two test runners side by side, neither is given what the other is about to listen on. */
function rangeOfThisRunner(): [number, number] {
  const runner = Number(process.env['JEST_WORKER_ID'] ?? 0);
  if (runner === 0) return [LOWEST, HIGHEST];
  const size = Math.floor((HIGHEST - LOWEST) / RUNNERS);
  const lowest = LOWEST + ((runner - 1) % RUNNERS) * size;
  return [lowest, lowest + size];
}

/** Whether a server could listen on this port of `host` now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Who listens on the port, as far as the system tells ("redis-server, process 4711"), or undefined. */
export async function portHolder(port: number): Promise<string | undefined> {
  const ss = await output('ss', ['-Hltnp', `sport = :${port}`]);
  const seen = /\(\("([^"]+)",pid=(\d+)/.exec(ss);
  if (seen) return `${seen[1]}, process ${seen[2]}`;
  const lsof = await output('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
  const pid = /^p(\d+)/m.exec(lsof)?.[1];
  return pid === undefined ? undefined : `${/^c(.+)/m.exec(lsof)?.[1] ?? 'unknown'}, process ${pid}`;
}

function output(command: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 2_000 }, (_error, stdout) => resolve(stdout));
  });
}
