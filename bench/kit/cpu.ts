// CPU that processes have used, the dead among their children included. Trusted where requests a second
// are not: on a shared machine those swing fourfold, CPU per unit about a tenth.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds since it began, of the process, what it has reaped, and what descends from it now. */
export function cpuMsOf(pid: number): number {
  return process.platform === 'linux' ? linuxCpuMs(pid) : posixCpuMs(pid);
}

/** Resident memory now, in megabytes. */
export function rssMbOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024;
}

// The kernel's clock ticks are 10 ms on every Linux that Node runs on.
const tickMs = 10;

interface Stat {
  parent: number;
  /** Own, and of the children it has waited for. */
  ticks: number;
}

function linuxCpuMs(pid: number): number {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(name) : undefined;
    if (stat) stats.set(Number(name), stat);
  }
  const sum = (each: number): number =>
    (stats.get(each)?.ticks ?? 0) +
    [...stats].filter(([, { parent }]) => parent === each).reduce((total, [child]) => total + sum(child), 0);
  return sum(pid) * tickMs;
}

function statOf(name: string): Stat | undefined {
  try {
    // The name of the program, in brackets, may hold anything.
    const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    const ticks = [11, 12, 13, 14].reduce((total, at) => total + Number(fields[at]), 0);
    return { parent: Number(fields[1]), ticks };
  } catch {
    return undefined;
  }
}

function posixCpuMs(pid: number): number {
  const text = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  const [seconds = 0, minutes = 0, hours = 0] = text.split(':').toReversed().map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}
