/**
 * Generates the Prisma client (run by npm after an install).
 *
 * Prisma's command wants to download a schema engine that generating does not use and that many
 * networks cannot reach; naming any executable in its place keeps it from trying. That trick is for
 * this command only: with it `prisma migrate` would apply nothing and report success.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const noEngine = ['/bin/true', '/usr/bin/true'].find(existsSync);
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  ['node_modules/prisma/build/index.js', 'generate'],
  {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, ...(noEngine && { PRISMA_SCHEMA_ENGINE_BINARY: noEngine }) },
  },
);
if (status !== 0) {
  console.error(`${stdout}${stderr}\nThe Prisma client was not generated. Try again with: npm run generate`);
  process.exit(1);
}
