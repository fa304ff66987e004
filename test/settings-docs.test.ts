// docs/settings.md and .env.example name every setting that exists, and no other.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { missingForProduction } from '../tools/local/src/production-settings.ts';
import { codeWords, read, root, sectionTitles, tableRows } from './markdown.ts';
import { allSettings, serviceNames, settingsOf } from './services.ts';
import type { Setting } from './services.ts';

const document = read('docs/settings.md');
/** Sections about programs that are no services: they read the environment themselves. */
const toolSections: Record<string, string> = { 'npm start': 'tools/local', 'npm test': 'libs/testing' };
/** A password that is part of REDIS_URL's meaning, explained there. */
const partsOfOthers = ['UPSTASH_REDIS_TOKEN'];

let settings: Setting[];
let readers: Map<string, string[]>;

beforeAll(async () => {
  settings = await allSettings();
  readers = new Map();
  for (const service of serviceNames)
    for (const { name } of await settingsOf(service))
      readers.set(name, [...(readers.get(name) ?? []), service]);
});

describe('docs/settings.md', () => {
  it('names every setting with its aliases, default and readers, and no setting that does not exist', () => {
    const inCode = settings.map((setting) => ({
      ...setting,
      readBy:
        readers.get(setting.name)!.length === serviceNames.length ? ['all'] : readers.get(setting.name)!,
    }));
    expect(byName(documentedSettings())).toEqual(byName(inCode));
  });

  it.each(Object.entries(toolSections))('section "%s" names what %s reads', (section, folder) => {
    const documented = tableRows(document, section).map(([name = '']) => codeWords(name)[0]!);
    expect(documented.sort()).toEqual(environmentReadBy(folder));
  });
});

describe('a setting of several services', () => {
  it('has the same default in each', async () => {
    for (const service of serviceNames)
      for (const setting of await settingsOf(service))
        expect({ service, ...setting }).toEqual({
          service,
          ...settings.find(({ name }) => name === setting.name),
        });
  });
});

describe('.env.example', () => {
  it('R56: names every setting of the services once, and no other', () => {
    const names = [...read('.env.example').matchAll(/^#?\s?([A-Z][A-Z0-9_]*)=/gm)].map((match) => match[1]!);
    const expected = settings.map(({ name }) => name);
    expect(names.filter((name) => !partsOfOthers.includes(name)).sort()).toEqual(expected.sort());
  });

  it('shows the defaults as they are', () => {
    const shown = [...read('.env.example').matchAll(/^#\s?([A-Z][A-Z0-9_]*)=(.+)$/gm)];
    for (const [, name, value] of shown)
      expect(`${name}=${settings.find((setting) => setting.name === name)?.default}`).toBe(
        `${name}=${value}`,
      );
  });
});

describe('npm run start:prod', () => {
  it('asks for every setting that a service cannot start without', () => {
    const asked = missingForProduction({}).map((line) => line.split(':')[0]!.split(' or ')[0]!);
    const required = settings.filter((setting) => setting.default === 'required').map(({ name }) => name);
    expect(asked).toEqual(expect.arrayContaining(required));
  });
});

function documentedSettings() {
  const titles = sectionTitles(document).filter((title) => !(title in toolSections));
  const rows = titles.flatMap((title) => tableRows(document, title));
  return rows.map(([names = '', value = '', readBy = '']) => {
    const [name, ...aliases] = codeWords(names);
    return {
      name: name!,
      aliases,
      default: value.replaceAll('`', ''),
      readBy: readBy.split(',').map((reader) => reader.trim()),
    };
  });
}

const byName = <T extends { name: string }>(items: T[]) =>
  Object.fromEntries(items.map((item) => [item.name, item]));

/** What belongs to the system or to npm is nobody's setting. */
const notOurs = /^(PATH|HOME|TERM|CI|NO_COLOR|INIT_CWD|npm_.*|XDG_.*|DOCKER_HOST|NODE_.*|FORCE_COLOR)$/;

function environmentReadBy(folder: string): string[] {
  const sources = globSync(`${folder}/src/**/*.ts`, { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts'),
  );
  const names = sources.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/\benv\['(\w+)'\]/g)].map((match) => match[1]!);
  });
  return [...new Set(names)].filter((name) => !notOurs.test(name)).sort();
}
