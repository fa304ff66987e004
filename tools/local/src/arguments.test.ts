import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parseArguments, UsageError } from './arguments.ts';

const folder = mkdtempSync(join(tmpdir(), 'finito-arguments-'));
const mbox = join(folder, 'mine.mbox');
writeFileSync(mbox, '');
afterAll(() => rmSync(folder, { recursive: true }));

const refusal = (...args: string[]) => {
  try {
    parseArguments(args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return undefined;
};

describe('the arguments of npm start', () => {
  it('are all optional', () => {
    expect(parseArguments([])).toEqual({
      dev: false,
      help: false,
      mail: [],
      messages: undefined,
      port: undefined,
    });
  });

  it('take more than one file of mail, as absolute paths', () => {
    expect(parseArguments(['--mail', mbox, `--mail=${folder}`]).mail).toEqual([mbox, folder]);
  });

  it('read a relative path from where the person typed the command, not from where npm runs it', () => {
    process.env['INIT_CWD'] = folder;
    expect(parseArguments(['--mail', 'mine.mbox']).mail).toEqual([mbox]);
    delete process.env['INIT_CWD'];
  });

  it('refuse a file of mail that is not there, and name it', () => {
    expect(refusal('--mail', join(folder, 'none.mbox'))).toContain('none.mbox');
  });

  it.each(['--messages=0', '--messages=many', '--port=80000', '--port=-1', '--port=1e3'])(
    'refuse %s and say what would do',
    (argument) => {
      expect(refusal(argument)).toMatch(/^--(messages|port) has to be a whole number from 1 to \d+/);
    },
  );

  it('refuse a size for the sample that --mail replaces', () => {
    expect(refusal('--mail', mbox, '--messages', '10')).toContain('--mail');
  });

  it.each([['--colour'], ['--mail'], ['surplus']])('refuse %s', (argument) => {
    expect(refusal(argument)).toBeDefined();
  });
});
