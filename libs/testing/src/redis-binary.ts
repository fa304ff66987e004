import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LocalServerError } from './errors.ts';
import { downloadFromDebian } from './debian-download.ts';
import { libraryPath } from './debian-program.ts';
import { cacheFolder } from './state-folder.ts';

export interface RedisBinary {
  command: string;
  /** Of the child, beside its own environment. */
  env: { LD_LIBRARY_PATH?: string };
}

export interface FindRedisOptions {
  log?: (line: string) => void;
  /** Where a program is looked for; default PATH. */
  path?: string;
  /** Where the private download is kept; default the user's cache folder. */
  cache?: string;
}

/**
 * A Redis server program: on PATH, of an earlier private download, Homebrew's, or by a private download from
 * the system's own package source, which changes nothing in the system and needs no root.
 * @throws LocalServerError with how to get one.
 */
export async function findRedis({
  log = () => undefined,
  path = process.env['PATH'] ?? '',
  cache = join(cacheFolder(), 'redis'),
}: FindRedisOptions = {}): Promise<RedisBinary> {
  const installed = onPath(path) ?? fromHomebrew();
  if (installed !== undefined) return { command: installed, env: {} };
  const kept = unpacked(cache);
  if (kept !== undefined) return kept;
  const reason = await downloadFromDebian(['redis-server', 'redis-tools'], { target: cache, log });
  const fresh = unpacked(cache);
  if (fresh !== undefined) return fresh;
  throw new LocalServerError(
    `There is no Redis here and it could not be fetched${reason === undefined ? '' : ` (${reason})`}. Install it ` +
      '(Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), or set REDIS_URL.',
  );
}

function onPath(path: string): string | undefined {
  const candidates = path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => ['redis-server', 'valkey-server'].map((name) => join(folder, name)));
  return candidates.find((command) => runs(command));
}

function fromHomebrew(): string | undefined {
  if (process.platform !== 'darwin') return undefined;
  for (const name of ['redis', 'valkey']) {
    try {
      const prefix = execFileSync('brew', ['--prefix', name], { encoding: 'utf8', timeout: 10_000 }).trim();
      const command = join(prefix, 'bin', `${name}-server`);
      if (runs(command)) return command;
    } catch {
      // No Homebrew, or not this formula: the next one.
    }
  }
  return undefined;
}

function unpacked(cache: string): RedisBinary | undefined {
  const command = join(cache, 'usr', 'bin', 'redis-server');
  if (!existsSync(command)) return undefined;
  const env = { LD_LIBRARY_PATH: libraryPath(cache) };
  return runs(command, env) ? { command, env } : undefined;
}

function runs(command: string, env: { LD_LIBRARY_PATH?: string } = {}): boolean {
  if (!existsSync(command)) return false;
  const { status } = spawnSync(command, ['--version'], { env: { ...process.env, ...env }, timeout: 5_000 });
  return status === 0;
}
