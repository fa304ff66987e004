import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where downloads stay between runs, outside the repository: `$XDG_CACHE_HOME/finito`, `~/.cache/finito`, else the temp folder. */
export function cacheFolder(): string {
  const wanted = [
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    join(tmpdir(), `finito-cache-${process.getuid?.()}`),
  ];
  return firstWritable(wanted.map((folder) => join(folder, 'finito')));
}

/** A folder every account can reach, for data that the asked-for folder cannot hold: /var/lib, else the temp folder. */
export function systemStateFolder(): string {
  return firstWritable(['/var/lib/finito', join(tmpdir(), `finito-state-${process.getuid?.()}`)]);
}

function firstWritable(folders: string[]): string {
  const found = folders.find((folder) => {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      accessSync(folder, constants.W_OK);
      return existsSync(folder);
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error(`None of these folders can be written: ${folders.join(', ')}`);
  return found;
}
