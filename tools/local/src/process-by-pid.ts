import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { until } from '@finito/testing';

/** Whether the process is there and is the one meant: numbers are given out again. */
export function isRunning(pid: number, marker: string): boolean {
  const command = commandOf(pid);
  return command !== '' && command.includes(marker);
}

export interface KnownProcess {
  pid: number;
  /** A piece of its command line, to tell it from another one that was given the same number later. */
  marker: string;
  /** What asks it to end in good order. */
  signal: 'SIGTERM' | 'SIGINT';
}

/** Asks it to end, and ends it by force after `withinMs`. */
export async function stopByPid({ pid, marker, signal }: KnownProcess, withinMs: number): Promise<void> {
  try {
    process.kill(pid, signal);
    await until(() => !isRunning(pid, marker), { timeoutMs: withinMs, everyMs: 50 });
  } catch {
    if (isRunning(pid, marker)) process.kill(pid, 'SIGKILL');
  }
}

function commandOf(pid: number): string {
  try {
    if (existsSync('/proc/self/cmdline'))
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8', timeout: 2_000 });
  } catch {
    return '';
  }
}
