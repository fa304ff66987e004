import { execFileSync, spawnSync } from 'node:child_process';
import { LocalServerError } from './errors.ts';

export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** The account Postgres runs as when we are root (it refuses root itself), otherwise undefined: we stay who we are. */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    return { name: 'nobody', uid: idOf('-u'), gid: idOf('-g') };
  } catch (cause) {
    throw new LocalServerError(
      'Postgres refuses to run as root and there is no account "nobody" to run it as. ' +
        'Start this as an ordinary user, or give a database with DATABASE_URL.',
      { cause },
    );
  }
}

/** Whether that account can do `how` (x: enter or execute, w: write) with a path; asked of the system, not guessed. */
export function canAccess(account: Account, how: 'x' | 'w', path: string): boolean {
  const { uid, gid } = account;
  return spawnSync('/bin/sh', ['-c', `test -${how} "$0"`, path], { uid, gid, cwd: '/' }).status === 0;
}

function idOf(flag: '-u' | '-g'): number {
  return Number(
    execFileSync('id', [flag, 'nobody'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
}
