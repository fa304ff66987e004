import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { restoreSymlinks } from '../src/postgres-binaries.ts';

it('links that an install script should have made are made, and those that are there stay', () => {
  const folder = mkdtempSync(join(tmpdir(), 'finito-links-'));
  mkdirSync(join(folder, 'native', 'lib'), { recursive: true });
  writeFileSync(join(folder, 'native', 'lib', 'libpq.so.5.18'), 'library');
  const links = ['libpq.so', 'libpq.so.5'].map((name) => ({
    source: 'native/lib/libpq.so.5.18',
    target: `native/lib/${name}`,
  }));
  writeFileSync(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify(links));

  restoreSymlinks(folder);
  restoreSymlinks(folder);
  for (const { target } of links) expect(readFileSync(join(folder, target), 'utf8')).toBe('library');
  rmSync(folder, { recursive: true });
});
