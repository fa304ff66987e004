// For whoever starts what is built. `npm test` has built all before; who runs one test or one bench after a change need
// not think of it.
import { globSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startProcess } from '@finito/testing';

const root = join(import.meta.dirname, '../../..');

/** What is written last of each, and what it is made of. */
const parts = {
  page: {
    built: 'web/dist/index.html',
    sources: [
      'package-lock.json',
      'web/{index.html,package.json,vite.config.ts}',
      '{web,libs/api,libs/gmail}/{src,public}/**/*.*',
    ],
  },
  services: {
    built: 'dist/services/licences.txt',
    sources: [
      ...[
        'package-lock.json',
        'prisma/migrate.ts',
        'tools/local/src/{build-services,compile-cache,in-ascii,licences}.ts',
      ],
      '{libs,services}/*/src/**/*.*',
    ],
  },
};

/** Whether it is built and no source is younger. */
export function isFresh(part: keyof typeof parts, repository = root): boolean {
  const { built, sources } = parts[part];
  const builtAt = statSync(join(repository, built), { throwIfNoEntry: false })?.mtimeMs;
  if (builtAt === undefined) return false;
  return globSync(sources, { cwd: repository }).every(
    (path) => statSync(join(repository, path)).mtimeMs <= builtAt,
  );
}

/** The page in web/dist. */
export async function freshPage(): Promise<void> {
  if (isFresh('page')) return;
  const web = join(root, 'web');
  const vite = createRequire(join(web, 'package.json')).resolve('vite/package.json');
  await build([join(dirname(vite), 'bin', 'vite.js'), 'build'], web);
}

/** The services in dist/services. */
export async function freshServices(): Promise<void> {
  if (!isFresh('services')) await build(['tools/local/src/build-services.ts'], root);
}

async function build(args: string[], cwd: string): Promise<void> {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' };
  const building = await startProcess({ command: process.execPath, args, cwd, env });
  await building.expectExit(0, 60_000);
}
