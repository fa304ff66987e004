import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDebianProgram } from './debian-program.ts';
import { freePort } from './ports.ts';
import { startProcess } from './start-process.ts';
import { until } from './until.ts';

export interface Backend {
  /** Where requests go. */
  port: number;
  /** Where its readiness is asked. */
  adminPort: number;
}

export interface Proxy {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * HAProxy on this machine as what stands before gateways in production: round robin over those that say they are
 * ready, little at first for one that has just started and compiles as it goes, `X-Forwarded-For` overwritten, streams
 * left open.
 */
export async function startHaproxy(
  backends: readonly Backend[],
  { port, checkEveryMs = 250 }: { port?: number; checkEveryMs?: number } = {},
): Promise<Proxy> {
  const program = await findDebianProgram('haproxy');
  const listenPort = port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'finito-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, haproxyConfig(backends, { port: listenPort, checkEveryMs }));
  const running = await startProcess({
    command: program.command,
    args: ['-db', '-f', file],
    env: { ...process.env, ...program.env },
  });
  const url = `http://127.0.0.1:${listenPort}`;
  await until(async () => (await fetch(url).catch(() => undefined))?.status !== undefined, {
    timeoutMs: 10_000,
    message: `HAProxy to answer; it said: ${running.output()}`,
  });
  return {
    url,
    port: listenPort,
    async stop() {
      await running.stop({ signal: 'SIGKILL' });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function haproxyConfig(
  backends: readonly Backend[],
  { port, checkEveryMs }: { port: number; checkEveryMs: number },
): string {
  const servers = backends.map(
    ({ port: to, adminPort }, index) =>
      `  server gateway${index + 1} 127.0.0.1:${to} check port ${adminPort} inter ${checkEveryMs} fall 2 rise 1 slowstart 5s`,
  );
  return `global
  maxconn 4000
defaults
  mode http
  timeout connect 2s
  # Without it a check has to be answered before the next: on a busy machine all would be taken for gone.
  timeout check 2s
  timeout client 2m
  timeout server 2m
  option redispatch
  retries 2
frontend public
  bind 127.0.0.1:${port}
  http-request set-header X-Forwarded-For %[src]
  default_backend gateways
backend gateways
  balance roundrobin
  option httpchk GET /readyz
  http-check expect status 200
${servers.join('\n')}
`;
}
