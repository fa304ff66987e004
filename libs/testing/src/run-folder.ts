// One temp folder for all that a test run makes, so that nothing is left of it, whichever test forgets what.
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'finito-run-';
/** Of a run that was killed. A process number alone proves little: another container may share the folder. */
const abandonedMs = 3_600_000;

/** Makes the folder and TMPDIR point to it, for this process and those it starts; it is removed when this one exits. */
export function makeRunFolder(): void {
  const outer = tmpdir();
  removeAbandoned(outer);
  const path = mkdtempSync(join(outer, `${prefix}${process.pid}-`));
  // Postgres may have to run as another account, which must get through here.
  chmodSync(path, 0o755);
  process.env['TMPDIR'] = path;
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
}

function removeAbandoned(outer: string): void {
  for (const name of readdirSync(outer)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(outer, name);
    const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (changedMs === undefined || Date.now() - changedMs < abandonedMs) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's: not ours to remove.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
