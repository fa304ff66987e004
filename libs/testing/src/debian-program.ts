import { existsSync, globSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { downloadFromDebian } from './debian-download.ts';
import { LocalServerError } from './errors.ts';
import { cacheFolder } from './state-folder.ts';

export interface Program {
  command: string;
  /** Of the child, beside its own environment. */
  env: { LD_LIBRARY_PATH?: string };
}

/**
 * A server program of Debian's package of the same name: installed, or of a private download.
 * @throws LocalServerError with how to get it
 */
export async function findDebianProgram(
  name: string,
  { log = () => undefined }: { log?: (line: string) => void } = {},
): Promise<Program> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const installed = folders.map((folder) => join(folder, name)).find((command) => existsSync(command));
  if (installed !== undefined) return { command: installed, env: {} };
  const cache = join(cacheFolder(), name);
  const reason = unpacked(cache, name) ? undefined : await downloadFromDebian([name], { target: cache, log });
  return unpacked(cache, name) ?? refuse(name, reason);
}

/**
 * A shared library of one of Debian's packages: installed, or of a private download.
 * @throws LocalServerError with how to get it
 */
export async function findDebianLibrary(packageName: string, file: string): Promise<string> {
  const cache = join(cacheFolder(), packageName);
  const found = () => ['', cache].flatMap((top) => globSync(`${top}/usr/lib/{,*/}${file}`)).at(0);
  const reason = found()
    ? undefined
    : await downloadFromDebian([packageName], { target: cache, log: () => undefined, alone: true });
  return found() ?? refuse(packageName, reason);
}

function refuse(name: string, reason: string | undefined): never {
  throw new LocalServerError(
    `There is no ${name} here and it could not be fetched${reason === undefined ? '' : ` (${reason})`}. ` +
      `Install it (Debian, Ubuntu: apt-get install ${name}).`,
  );
}

function unpacked(cache: string, name: string): Program | undefined {
  const command = ['usr/sbin', 'usr/bin']
    .map((folder) => join(cache, folder, name))
    .find((path) => existsSync(path));
  return command === undefined ? undefined : { command, env: { LD_LIBRARY_PATH: libraryPath(cache) } };
}

/** Where the unpacked libraries are, for the dynamic linker. */
export function libraryPath(cache: string): string {
  const folders = ['lib', 'usr/lib'].flatMap((name) => {
    const folder = join(cache, name);
    if (!existsSync(folder)) return [];
    const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...inside.map((entry) => join(folder, entry.name)), folder];
  });
  return folders.join(delimiter);
}
