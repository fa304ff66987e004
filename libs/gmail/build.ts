// Builds the package that is published, `@finito/gmail-client`, into `dist/`: modules with types for Node and bundlers,
// and one file for browsers. `npm run build -w libs/gmail`, then `npm publish libs/gmail/dist`.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import ts from 'typescript';

const here = import.meta.dirname;

async function buildPackage(to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  writeModules(to);
  await writeBrowserBuild(join(to, 'browser.js'));
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  copyFileSync(join(here, 'README.md'), join(to, 'README.md'));
  copyFileSync(join(here, '../../LICENSE'), join(to, 'LICENSE'));
}

function writeModules(outDir: string): void {
  const { config } = ts.readConfigFile(join(here, '../../tsconfig.base.json'), ts.sys.readFile.bind(ts.sys));
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, noEmit: false, declaration: true, rewriteRelativeImportExtensions: true },
    here,
  );
  const entries = ['index.ts', 'browser.ts'].map((name) => join(here, 'src', name));
  const program = ts.createProgram(entries, { ...options, outDir, rootDir: join(here, 'src') });
  const { diagnostics } = program.emit(undefined, (path, text) => {
    // The one file takes its place.
    if (!path.endsWith('/browser.js')) ts.sys.writeFile(path, text);
  });
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (faults.length > 0) throw new Error(ts.formatDiagnostics(faults, formatHost));
}

const formatHost: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => here,
  getNewLine: () => '\n',
};

async function writeBrowserBuild(file: string): Promise<void> {
  const events = join(here, 'src/events-module.browser.cjs');
  const bundle = await rolldown({
    input: join(here, 'src/browser.ts'),
    platform: 'browser',
    resolve: { alias: { events } },
  });
  await bundle.write({ file, format: 'esm', minify: true, codeSplitting: false });
  await bundle.close();
}

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  imports: Record<string, { browser: string; default: string }>;
}

function manifest() {
  const own = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')) as Manifest;
  // Only bundlers that build for a browser themselves ask for the module `events`, and those get the one file.
  const dependencies = { ...own.dependencies };
  delete dependencies['events'];
  return {
    name: '@finito/gmail-client',
    version: own.version,
    description: 'A Gmail API client with retry, limiter and circuit breaker, for browsers and Node',
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=22' },
    exports: {
      '.': {
        browser: { types: './browser.d.ts', default: './browser.js' },
        default: { types: './index.d.ts', default: './index.js' },
      },
      './browser.js': { types: './browser.d.ts', default: './browser.js' },
      './package.json': './package.json',
    },
    // The modules are Node's: browsers have the one file.
    imports: Object.fromEntries(
      Object.entries(own.imports).map(([name, paths]) => [
        name,
        paths.default.replace('./src/', './').replace('.ts', '.js'),
      ]),
    ),
    dependencies,
  };
}

await buildPackage(join(here, 'dist'));
