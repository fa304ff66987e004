import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalProblem } from './problem.ts';
import { loadSecrets } from './secrets.ts';

let dataDir: string;
const file = () => join(dataDir, 'secrets.json');

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'finito-secrets-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

describe('the secrets of a data directory', () => {
  it('are made once and stay', () => {
    expect(loadSecrets(dataDir)).toEqual(loadSecrets(dataDir));
  });

  it('can be read by their owner only', () => {
    loadSecrets(dataDir);
    expect((statSync(file()).mode & 0o777).toString(8)).toBe('600');
  });

  it('differ from those of every other data directory', () => {
    const first = Object.values(loadSecrets(dataDir));
    rmSync(file());
    const second = Object.values(loadSecrets(dataDir));
    expect(first.filter((secret) => second.includes(secret))).toEqual([]);
  });

  it.each(['', '{"NEXTAUTH_SECRET":', '{}', '[]'])(
    'are never overwritten when the file is not whole (%p), for the database would be lost',
    (text) => {
      writeFileSync(file(), text);
      expect(() => loadSecrets(dataDir)).toThrow(LocalProblem);
      expect(() => loadSecrets(dataDir)).toThrow(file());
      expect(readFileSync(file(), 'utf8')).toBe(text);
    },
  );

  it('never show a value when they are refused', () => {
    writeFileSync(file(), JSON.stringify({ ...loadSecrets(dataDir), databasePassword: 'too short' }));
    expect(() => loadSecrets(dataDir)).toThrow(/cannot be used \(databasePassword\)/);
    expect(() => loadSecrets(dataDir)).not.toThrow(/too short/);
  });
});
