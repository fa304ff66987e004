// Commands, files and links that the documents name exist; the glossary's words are the ones the code uses.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { codeBlocks, codeWords, read, root, tableRows } from './markdown.ts';

const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();
const sources = globSync(
  '{libs,services,tools,web,prisma,test,e2e,bench,drills}/**/*.{ts,tsx,sql,prisma,lua,css}',
  {
    cwd: root,
    exclude: ['**/node_modules/**', '**/dist/**', '**/generated/**'],
  },
);

describe.each(documents)('%s', (path) => {
  const text = read(path);

  it('names commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const commands = [...codeWords(text), ...codeBlocks(text)].join('\n');
    const named = [...commands.matchAll(/\bnpm (?:run )?([a-z][a-z:-]*)/g)].map((match) => match[1]!);
    expect(named.filter((name) => !npmItself.has(name) && !(name in scripts))).toEqual([]);
  });

  it('names files that exist', () => {
    expect(codeWords(text).filter((word) => isPath(word) && !isThere(word))).toEqual([]);
  });

  it('links to files that exist', () => {
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1]!);
    const files = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(files.filter((file) => !existsSync(join(root, dirname(path), file)))).toEqual([]);
  });
});

describe('docs/glossary.md', () => {
  const rows = tableRows(read('docs/glossary.md'));
  const code = sources.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');

  it('holds no word that the code does not use', () => {
    const words = rows.flatMap(([word = '']) => codeWords(word));
    expect(words.length).toBeGreaterThan(10);
    expect(words.filter((word) => !new RegExp(word.replaceAll('-', '[- _]?'), 'i').test(code))).toEqual([]);
  });

  it('keeps the words it rejects out of the names of files and exports', () => {
    const rejected = rows.flatMap(([, , not = '']) => codeWords(not));
    const exported = [...code.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm)];
    const names = [...sources.map((file) => basename(file)), ...exported.map((match) => match[1]!)];
    const found = rejected.flatMap((word) =>
      names.filter((name) => wordsIn(name).includes(word.toLowerCase())),
    );
    expect(found).toEqual([]);
  });
});

/** Commands of npm that are no scripts of ours. */
const npmItself = new Set(['ci', 'install']);

/** A path of this repository, or the bare name of a source file. */
function isPath(word: string): boolean {
  const ours =
    /^(libs|services|tools|web|prisma|test|docs|e2e|bench|drills|k8s|monitoring|\.ci)\/[\w./*<>-]*$/;
  return (ours.test(word) || /^[\w.-]+\.(ts|tsx|md|prisma|golden\.txt)$/.test(word)) && !/[<>]/.test(word);
}

function isThere(word: string): boolean {
  if (existsSync(join(root, word)) || globSync(word, { cwd: root }).length > 0) return true;
  return !word.includes('/') && [...sources, ...documents].some((file) => basename(file) === word);
}

/** `quotaLedger.test.ts` → quota, ledger, test, ts. */
function wordsIn(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}
