// Who may import what, planted and seen refused: without Nx's project graph the boundary rule passes in silence.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { startProcess } from '@finito/testing';

const root = join(import.meta.dirname, '..');
const library = 'libs/quota/src/errors.ts';
const service = 'services/gateway/src/errors.ts';
const importing = (from: string) => `export { anything } from '${from}';\n`;

/** What is planted where, and what eslint has to say of it; without the latter it is allowed. */
const cases: { title: string; file: string; code: string; refused?: string }[] = [
  {
    title: 'a lib imports another lib',
    file: library,
    code: importing('@finito/db'),
    refused: '@nx/enforce-module-boundaries',
  },
  {
    title: 'a lib imports libs/testing outside its tests',
    file: library,
    code: importing('@finito/testing'),
    refused: '@nx/enforce-module-boundaries',
  },
  {
    title: 'a service imports another service',
    file: service,
    code: importing('../../gmail-worker/src/gmail-worker.ts'),
    refused: '@nx/enforce-module-boundaries',
  },
  {
    title: 'a service imports a vendor that one lib hides',
    file: service,
    code: importing('bullmq'),
    refused: '@nx/enforce-module-boundaries',
  },
  {
    title: 'the Gmail client imports a logger',
    file: 'libs/gmail/src/errors.ts',
    code: importing('pino'),
    refused: '@nx/enforce-module-boundaries',
  },
  {
    title: 'a relative path leads into another project',
    file: service,
    code: importing('../../../libs/db/src/create-db.ts'),
    refused: '@nx/enforce-module-boundaries',
  },
  {
    title: 'a path leads past the front door of a lib',
    file: service,
    code: importing('@finito/db/src/create-db.ts'),
    refused: 'no-restricted-imports',
  },
  {
    title: 'a service reads the environment outside its settings',
    file: service,
    code: "export const port = process.env['PORT'];\n",
    refused: 'n/no-process-env',
  },
  { title: 'a service imports a lib', file: service, code: importing('@finito/db') },
  {
    title: 'a test of a lib imports libs/testing',
    file: 'libs/db/test/migrate.test.ts',
    code: importing('@finito/testing'),
  },
];

let said: Map<string, string[]>;

beforeAll(async () => {
  if (!existsSync(join(root, '.nx', 'workspace-data', 'project-graph.json')))
    throw new Error('There is no project graph, so the boundary rule is off. Make it with: npm run lint');
  const linting = await startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, 'lint-planted.ts')],
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', NODE_OPTIONS: '' },
    input: JSON.stringify(cases.map(({ title, file, code }) => ({ title, file, code }))),
  });
  await linting.expectExit(0, 150_000);
  const last = linting.output().split('\n').at(-1) ?? '';
  const found = JSON.parse(last) as { title: string; messages: string[] }[];
  said = new Map(found.map(({ title, messages }) => [title, messages]));
}, 160_000);

describe('refused by lint', () => {
  it.each(cases.filter(({ refused }) => refused !== undefined))('$title', ({ title, refused }) => {
    expect(said.get(title)?.map((message) => message.split(':')[0])).toContain(refused);
  });
});

describe('allowed by lint', () => {
  it.each(cases.filter(({ refused }) => refused === undefined))('$title', ({ title }) => {
    expect(said.get(title)).toEqual([]);
  });
});
