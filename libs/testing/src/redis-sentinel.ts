import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { findRedis } from './redis-binary.ts';
import type { RedisBinary } from './redis-binary.ts';
import { startRedisServer } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';
import { startProcess } from './start-process.ts';
import type { RunningProcess } from './start-process.ts';

export interface TestRedisSentinel {
  /** `host:port` of the Sentinel. */
  readonly sentinel: string;
  /** The name under which it knows the master. */
  readonly master: string;
  readonly password: string;
  /** As kill -9; the replica becomes the master some two seconds later. */
  killMaster(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis, its replica, and one Sentinel that watches them. */
export async function startTestRedisSentinel(): Promise<TestRedisSentinel> {
  const binary = await findRedis();
  const folder = mkdtempSync(join(tmpdir(), 'finito-sentinel-'));
  const password = 'of-this-test';
  const common = { binary, password };
  const first = await startRedisServer({
    ...common,
    dataDir: join(folder, 'first'),
    settings: [`masterauth ${password}`],
  });
  const second = await startRedisServer({
    ...common,
    dataDir: join(folder, 'second'),
    settings: [`masterauth ${password}`, `replicaof 127.0.0.1 ${first.port}`],
  });
  const port = await freePort();
  const watch = await startSentinel(join(folder, 'sentinel.conf'), { binary, port, first, password });
  return {
    sentinel: `127.0.0.1:${port}`,
    master: 'finito',
    password,
    killMaster: async () => void (await first.process.stop({ signal: 'SIGKILL' })),
    async stop() {
      await Promise.all(
        [watch, first.process, second.process].map((process) => process.stop({ signal: 'SIGKILL' })),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A Sentinel writes what it learns into its own file of settings. */
function startSentinel(
  file: string,
  options: { binary: RedisBinary; port: number; first: RedisServer; password: string },
): Promise<RunningProcess> {
  const { binary, port, first, password } = options;
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `sentinel monitor finito 127.0.0.1 ${first.port} 1`,
    `sentinel auth-pass finito ${password}`,
    'sentinel down-after-milliseconds finito 500',
    'sentinel failover-timeout finito 5000',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return startProcess({
    command: binary.command,
    args: [file, '--sentinel'],
    env: { ...process.env, ...binary.env },
    readyWhen: (output) => output.includes('+monitor master'),
  });
}
