import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LocalServerError } from './errors.ts';
import { until } from './until.ts';

/**
 * Deals with a postmaster.pid that an earlier run left behind. Postgres itself trusts any live process with
 * that number, and in containers numbers come round again; so the process is asked whether it is a Postgres on
 * this very folder. One that still runs there (its npm start was killed) is stopped: the caller holds the lock.
 */
export async function clearStalePostmaster(cluster: string, log: (line: string) => void): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!commandOf(pid).includes(cluster)) {
    rmSync(file, { force: true });
    return;
  }
  log(`A Postgres of an earlier start still runs (process ${pid}); it is stopped first`);
  try {
    process.kill(pid, 'SIGINT');
    await until(() => !commandOf(pid).includes(cluster), { timeoutMs: 15_000, everyMs: 50 });
  } catch (cause) {
    throw new LocalServerError(
      `A Postgres of an earlier start still uses ${cluster}. Stop it with: kill -INT ${pid}`,
      { cause },
    );
  }
}

function commandOf(pid: number): string {
  if (!Number.isInteger(pid) || pid <= 1) return '';
  try {
    if (existsSync('/proc/self/cmdline'))
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8', timeout: 2_000 });
  } catch {
    return '';
  }
}
