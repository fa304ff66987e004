import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isFresh } from './fresh-build.ts';
import { runToEnd } from './launch-service.ts';
import { LocalProblem } from './problem.ts';
import type { Progress } from './progress.ts';

/** Makes the database client anew when npm did not run the install script that does, or its schema has changed. */
export async function ensureDatabaseClient(repository: string, progress: Progress): Promise<void> {
  const made = newest(join(repository, 'libs', 'db', 'src', 'generated'));
  if (made !== undefined && made >= statSync(join(repository, 'prisma', 'schema.prisma')).mtimeMs) return;
  await attempt('The database client could not be generated', async () => {
    await runToEnd(['prisma/generate.ts'], { cwd: repository, withinMs: 120_000 });
  });
  progress.done('Database client generated');
}

/** Builds the page when there is none, or when its sources are newer. */
export async function ensureWebPage(repository: string, progress: Progress): Promise<void> {
  if (isFresh('page', repository)) return;
  progress.note('Building the page');
  await attempt('The page could not be built', async () => {
    await runToEnd([npmProgram(), 'run', '--silent', 'build', '-w', 'web'], {
      cwd: repository,
      withinMs: 180_000,
    });
  });
  progress.done('Page built');
}

/** Brings the database to the newest schema, with the command that production uses. */
export async function migrate(repository: string, databaseUrl: string): Promise<string> {
  let said = '';
  await attempt('The database could not be brought to the newest schema', async () => {
    const env = { DATABASE_URL: databaseUrl };
    said = await runToEnd([join('prisma', 'migrate.ts')], { cwd: repository, env, withinMs: 300_000 });
  });
  return said.trim().split('\n').at(-1) ?? '';
}

/** npm's own program, as npm tells it: what runs without npm would find another Node first. */
export function npmProgram(): string {
  const told = process.env['npm_execpath'];
  if (told?.endsWith('.js')) return told;
  throw new LocalProblem('This is to be started by npm: npm start');
}

async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new LocalProblem(`${what}: ${(cause as Error).message}`, { cause });
  }
}

function newest(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  const times = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return times.length === 0 ? undefined : Math.max(...times);
}
