import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isFresh } from './fresh-build.ts';

describe('what is built', () => {
  let repository: string;
  const write = (path: string, second: number) => {
    const file = join(repository, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    utimesSync(file, second, second);
  };
  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), 'finito-fresh-'));
    write('services/gateway/src/main.ts', 100);
    write('libs/quota/src/lua/turns.lua', 100);
  });
  afterEach(() => rmSync(repository, { recursive: true }));

  it('is not fresh while it is not there', () => {
    expect(isFresh('services', repository)).toBe(false);
    expect(isFresh('page', repository)).toBe(false);
  });

  it('is fresh until a source is younger, whatever its kind', () => {
    write('dist/services/licences.txt', 200);
    expect(isFresh('services', repository)).toBe(true);
    write('libs/quota/src/lua/turns.lua', 300);
    expect(isFresh('services', repository)).toBe(false);
  });

  it('is not fresh when other packages are to be built in', () => {
    write('dist/services/licences.txt', 200);
    write('package-lock.json', 300);
    expect(isFresh('services', repository)).toBe(false);
  });
});
