// For whoever starts what is built: `npm test` has built all before, and who runs one test or one bench after a change
// need not think of it.
import { globSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startProcess } from '@finito/testing';

const root = join(import.meta.dirname, '../../..');

/** The page in web/dist, built anew when a source is younger. */
export async function freshPage(): Promise<void> {
  const web = join(root, 'web');
  if (isFresh('web/dist/index.html', '{web,libs/api,libs/gmail}/src/**/*.*')) return;
  const vite = createRequire(join(web, 'package.json')).resolve('vite/package.json');
  await build([join(dirname(vite), 'bin', 'vite.js'), 'build'], web);
}

/** The services in dist/services, built anew when a source is younger. */
export async function freshServices(): Promise<void> {
  // What is written last.
  if (isFresh('dist/services/licences.txt', '{libs,services}/*/src/**/*.*')) return;
  await build(['tools/local/src/build-services.ts'], root);
}

function isFresh(built: string, sources: string): boolean {
  const builtAt = statSync(join(root, built), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return globSync(sources, { cwd: root }).every((path) => statSync(join(root, path)).mtimeMs <= builtAt);
}

async function build(args: string[], cwd: string): Promise<void> {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' };
  const building = await startProcess({ command: process.execPath, args, cwd, env });
  await building.expectExit(0, 60_000);
}
