// docs/problems.md tells a caller of every problem the gateway answers with, and of no other.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { problems, problemsByCode } from '../services/gateway/src/problems.ts';
import { codeWords, read, root, tableRows } from './markdown.ts';

const kinds = [...problems.map(([, kind]) => kind), ...Object.values(problemsByCode)];

it('docs/problems.md names every problem with its status and title, and no other', () => {
  const documented = tableRows(read('docs/problems.md')).map(([type = '', status = '', title = '']) => ({
    type: codeWords(type)[0],
    status: Number(status),
    title,
  }));
  const internal = { type: '/problems/internal', status: 500, title: titleOf('internal') };
  const all = new Map([...kinds, internal].map((kind) => [kind.type, kind]));
  expect(byType(documented)).toEqual(byType([...all.values()]));
});

it('one type has one status and one title', () => {
  const seen = new Map<string, string>();
  for (const { type, status, title } of kinds) {
    const meaning = `${status} ${title}`;
    expect(`${type} ${seen.get(type) ?? meaning}`).toBe(`${type} ${meaning}`);
    seen.set(type, meaning);
  }
});

it('every error class of the gateway is a problem', () => {
  const known = problems.map(([errorClass]) => errorClass.name);
  expect(known).toEqual(expect.arrayContaining(errorClassesOf('services/gateway/src')));
});

function titleOf(type: string): string {
  const source = read('services/gateway/src/problems.ts');
  return new RegExp(`kind\\(\\d+, '${type}', '([^']+)'`).exec(source)?.[1] ?? '';
}

function errorClassesOf(folder: string): string[] {
  const files = globSync(`${folder}/**/errors.ts`, { cwd: root });
  return files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/export class (\w+Error)/g)].map(
      (match) => match[1]!,
    ),
  );
}

const byType = <T extends { type: string | undefined }>(items: T[]) =>
  Object.fromEntries(items.map((item) => [item.type, item]));
