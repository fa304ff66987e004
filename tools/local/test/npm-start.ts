// `npm start` as a process, on ports and in a folder of its own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, startProcess } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';

const repository = resolve(import.meta.dirname, '..', '..', '..');

export interface Started {
  process: RunningProcess;
  url: string;
  /** The `/readyz` of each service. */
  adminUrls: string[];
}

/** A data directory, and starts on it one after the other; ends what still runs at the end. */
export async function aDataDirectory() {
  const dataDir = mkdtempSync(join(tmpdir(), 'finito-start-'));
  const port = await freePort();
  const processes: RunningProcess[] = [];

  async function launch(args: string[], env: Record<string, string> = {}, readyWithinMs = 120_000) {
    const running = await startProcess({
      command: process.execPath,
      args: ['tools/local/src/main.ts', '--port', String(port), ...args],
      cwd: repository,
      env: { ...process.env, ...noSettings, npm_execpath: npm(), FINITO_DATA_DIR: dataDir, ...env },
      readyWhen: (output) => output.includes('is ready:') || output.includes('✗'),
      readyWithinMs,
    });
    processes.push(running);
    return running;
  }

  return {
    dataDir,
    port,
    launch,
    async start(args: string[] = [], env: Record<string, string> = {}): Promise<Started> {
      const running = await launch(args, env);
      const admin = [...running.output().matchAll(/admin 127\.0\.0\.1:(\d+)/g)];
      return {
        process: running,
        url: `http://127.0.0.1:${port}`,
        adminUrls: admin.map((match) => `http://127.0.0.1:${match[1]}/readyz`),
      };
    },
    async close() {
      for (const running of processes) await running.stop({ signal: 'SIGINT', withinMs: 12_000 });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What the person who runs the tests has set is no business of theirs. */
const noSettings = {
  ...{ DATABASE_URL: '', REDIS_URL: '', UPSTASH_REDIS_URL: '', PUBLIC_URL: '', PORT: '' },
  ...{ GOOGLE_CLIENT_ID: '', GOOGLE_CLIENT_SECRET: '', NODE_OPTIONS: '', NODE_ENV: '' },
};

function npm(): string {
  const told = process.env['npm_execpath'];
  if (told !== undefined) return told;
  return realpathSync(execFileSync('/bin/sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());
}
