/**
 * What the services run on, and nothing else: `node production-packages.ts` deletes from node_modules whatever they do
 * not depend on (the image's build runs it). npm keeps more: the tools of the root, and what packages only suggest.
 */
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Locked {
  resolved?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export type Lock = Record<string, Locked>;

const services = ['services/gateway', 'services/gmail-worker', 'services/telemetry', 'libs/db'];

/** Prisma brings a query compiler for each database in several forms; ours is Postgres alone. */
const unusedFiles = [
  'node_modules/.bin',
  'node_modules/@prisma/client/runtime/*.{cockroachdb,mysql,sqlite,sqlserver}.*',
  'node_modules/**/*.{map,d.ts,d.mts,d.cts}',
];

export function readLock(root: string): Lock {
  return (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Lock }).packages;
}

/** Paths of all packages, as in the lock file, that these workspaces need at run time; links lead to workspaces. */
export function productionPackages(lock: Lock, workspaces: readonly string[] = services): Set<string> {
  const needed = new Set<string>();
  const open = [...workspaces];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (needed.has(path)) continue;
    needed.add(path);
    const entry = lock[path] ?? {};
    if (entry.link) open.push(entry.resolved!);
    for (const name of namesOf(entry)) {
      const found = resolvedFrom(lock, path, name);
      if (found !== undefined) open.push(found);
    }
  }
  return needed;
}

function namesOf({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: Locked) {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {}), ...peers];
}

/** As Node looks for it: beside the package, then beside each folder above. */
function resolvedFrom(lock: Lock, path: string, name: string): string | undefined {
  for (let folder = path; ; folder = dirname(folder)) {
    const candidate = folder === '.' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lock[candidate]) return candidate;
    if (folder === '.') return undefined;
  }
}

function deleteTheRest(root: string): void {
  const lock = readLock(root);
  const needed = productionPackages(lock);
  const unneeded = Object.keys(lock).filter((path) => path.includes('node_modules/') && !needed.has(path));
  for (const path of [...unneeded, ...globSync(unusedFiles, { cwd: root })])
    rmSync(join(root, path), { recursive: true, force: true });
  console.log(`${needed.size} packages stay.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) deleteTheRest(process.cwd());
