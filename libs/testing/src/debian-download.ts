import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startProcess } from './start-process.ts';

const WITHIN_MS = 90_000;

/**
 * Fetches packages of Debian or Ubuntu and the libraries they name with apt, in folders of our own, and unpacks them
 * into `target`: nothing changes in the system, and root is not needed. Gives the reason when it did not succeed. Two
 * at once do no harm: each unpacks beside `target` and renames.
 */
export async function downloadFromDebian(
  packages: readonly string[],
  {
    target,
    log,
    alone = false,
  }: {
    target: string;
    log: (line: string) => void;
    /** Without libraries, for programs that need the C library only; default false. */
    alone?: boolean;
  },
): Promise<string | undefined> {
  if (!existsSync('/usr/bin/apt-get')) return 'no apt-get on this system';
  log(`Fetching ${packages[0]} from the system’s package source, for this user only`);
  const work = `${target}.${process.pid}.${Date.now()}`;
  try {
    const root = await fetchAndUnpack(packages, work, alone);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    renameSync(root, target);
    return undefined;
  } catch (error) {
    return (error as Error).message.trim().split('\n').slice(-2).join(' ');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function fetchAndUnpack(packages: readonly string[], work: string, alone: boolean): Promise<string> {
  const [debs, root] = [join(work, 'debs'), join(work, 'root')];
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'debs', 'root']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  const own = [`Dir::State=${work}/state`, `Dir::Cache=${work}/cache`];
  const settings = [
    'Dir::State::status=/var/lib/dpkg/status',
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
  ];
  const options = [...own, ...settings, 'Acquire::http::Timeout=20', 'Acquire::Retries=1'].flatMap((o) => [
    '-o',
    o,
  ]);

  await run('apt-get', [...options, '-q', 'update'], debs);
  const askDepends = (names: readonly string[]) => run('apt-cache', [...options, 'depends', ...names], debs);
  const libraries = alone ? [] : await librariesOf(packages, askDepends);
  await run('apt-get', [...options, '-q', 'download', ...packages, ...libraries], debs);
  for (const deb of readdirSync(debs)) await run('dpkg-deb', ['-x', join(debs, deb), root], debs);
  return root;
}

/**
 * The libraries that the packages depend on, and those that these do. The C library has to be the system's own: two of
 * them in one process do not mix.
 */
async function librariesOf(
  packages: readonly string[],
  askDepends: (names: readonly string[]) => Promise<string>,
): Promise<string[]> {
  const found = new Set<string>();
  for (let asked = packages; asked.length > 0;) {
    const depends = await askDepends(asked);
    const named = [...depends.matchAll(/^\s*\|?Depends: ((?:lib|lua-)\S+)$/gm)].map((match) => match[1]!);
    asked = [...new Set(named)].filter(
      (name) => !found.has(name) && !/^(libc6|libgcc|libelogind)/.test(name),
    );
    for (const name of asked) found.add(name);
  }
  return [...found];
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const running = await startProcess({
    command,
    args,
    cwd,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  try {
    await running.expectExit(0, WITHIN_MS);
  } finally {
    await running.stop({ signal: 'SIGKILL' });
  }
  return running.output();
}
