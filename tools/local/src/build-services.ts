/**
 * `npm run build` makes of each service what the image runs: one file and the few that it loads later, in a folder of
 * dist/services, with no packages beside it. That starts in little more than half the time that the sources take, in less
 * memory (docs/performance.md). The page and the migrations are where they are from the sources, three folders up.
 */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import type { Plugin } from 'rolldown';
import { fillCompileCache } from './compile-cache.ts';
import { inAscii } from './in-ascii.ts';
import { licencesOf } from './licences.ts';

const root = resolve(import.meta.dirname, '../../..');

/** By the folder's name: what is started, and what that one loads by its file's name. */
const programs: Record<string, { main: string; loaded?: Record<string, string>; beside?: string[] }> = {
  gateway: {
    main: 'services/gateway/src/main.ts',
    // A thread of the pool is Piscina's worker, which then loads ours.
    loaded: {
      'mail-thread': 'libs/content/src/mail-thread.ts',
      worker: 'node_modules/piscina/dist/worker.js',
    },
    beside: ['libs/quota/src/lua'],
  },
  'gmail-worker': { main: 'services/gmail-worker/src/main.ts', beside: ['libs/quota/src/lua'] },
  telemetry: { main: 'services/telemetry/src/main.ts' },
  migrate: { main: 'prisma/migrate.ts' },
};

/** Faster variants of what there is in JavaScript too, for one platform: the image goes without. */
const native = ['pg-native', '@napi-rs/nice'];

/** @param to the folder that is to hold `dist/services`; the command's argument. */
async function buildServices(to = root): Promise<void> {
  const folder = join(to, 'dist/services');
  rmSync(folder, { recursive: true, force: true });
  const modules = new Set<string>();
  for (const [name, { main, loaded = {}, beside = [] }] of Object.entries(programs)) {
    const dir = join(folder, name);
    for (const id of await bundle({ main }, dir)) modules.add(id);
    // By themselves: in one bundle with it the service would load at its start what only its threads need.
    if (Object.keys(loaded).length > 0) for (const id of await bundle(loaded, dir)) modules.add(id);
    for (const path of beside) cpSync(join(root, path), join(dir, basename(path)), { recursive: true });
  }
  fillCompileCache(
    to,
    Object.keys(programs).filter((name) => name !== 'migrate'),
  );
  writeFileSync(join(folder, 'licences.txt'), licencesOf(modules));
}

/** @returns the files that the code is of. */
async function bundle(input: Record<string, string>, dir: string): Promise<string[]> {
  const built = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    external: native,
    plugins: [lazyBuiltins, ascii],
    treeshake: {
      // Nothing happens when a module of ours is imported, so what nobody uses of it is left out, with its packages.
      moduleSideEffects: (id) => !/\/(libs|services)\/[^/]+\/src\//.test(id) || id.endsWith('/main.ts'),
    },
    transform: { define: { __dirname: 'import.meta.dirname' } },
  });
  const { output } = await built.write({
    dir,
    // Names stay: logs and stacks are read, and packages ask objects for the names of their classes.
    minify: { compress: true, mangle: false, codegen: true },
    keepNames: true,
    entryFileNames: '[name].js',
    codeSplitting: { groups: [{ name: 'builtins', test: (id) => id.startsWith(prefix) }] },
  });
  await built.close();
  return output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
}

/**
 * An import of `node:http` reads each of its names, also `WebSocket`, for which Node loads an HTTP client of its own: a
 * seventh of the gateway's start. As a CommonJS module it is asked only for what is used.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  resolveId: {
    order: 'pre',
    // `node:module` is imported by what rolldown itself adds to each bundle.
    handler: (id) =>
      isBuiltin(id) && !/^(node:)?module$/.test(id)
        ? { id: `${prefix}${id}`, moduleSideEffects: false }
        : undefined,
  },
  load: (id) =>
    id.startsWith(prefix)
      ? `module.exports = process.getBuiltinModule(${JSON.stringify(id.slice(prefix.length))});`
      : undefined,
};
const prefix = '\0builtin:';

const ascii: Plugin = {
  name: 'ascii',
  generateBundle(_, parts) {
    for (const part of Object.values(parts)) if (part.type === 'chunk') part.code = inAscii(part.code);
  },
};

await buildServices(process.argv[2]);
