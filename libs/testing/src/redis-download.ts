import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startProcess } from './start-process.ts';

const WITHIN_MS = 90_000;

/**
 * Fetches Debian's or Ubuntu's redis-server and the libraries it names with apt, in folders of our own, and
 * unpacks them into `target`. Gives the reason when it did not succeed. Two at once do no harm: each unpacks
 * beside `target` and renames.
 */
export async function downloadRedis(
  target: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  if (!existsSync('/usr/bin/apt-get')) return 'no apt-get on this system';
  log('Fetching Redis from the system’s package source, for this user only (about 7 MB)');
  const work = `${target}.${process.pid}.${Date.now()}`;
  try {
    const root = await fetchAndUnpack(work);
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

async function fetchAndUnpack(work: string): Promise<string> {
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
  const depends = await run('apt-cache', [...options, 'depends', 'redis-server', 'redis-tools'], debs);
  await run(
    'apt-get',
    [...options, '-q', 'download', 'redis-server', 'redis-tools', ...libraries(depends)],
    debs,
  );
  for (const deb of readdirSync(debs)) await run('dpkg-deb', ['-x', join(debs, deb), root], debs);
  return root;
}

/** The C library has to be the system's own: two of them in one process do not mix. */
function libraries(depends: string): string[] {
  const named = [...depends.matchAll(/^\s*\|?Depends: ((?:lib|lua-)\S+)$/gm)].map(
    (match) => match[1] as string,
  );
  return [...new Set(named)].filter((name) => !/^libc6|^libelogind/.test(name));
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
