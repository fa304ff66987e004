import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openLogFile } from './log-file.ts';

let folder: string;
const path = () => join(folder, 'logs', 'gateway.log');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finito-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const error = (message: string) => `${JSON.stringify({ level: 'error', msg: message })}\n`;

describe('the log file of a service', () => {
  it('keeps those of the last three starts beside it', () => {
    for (const start of ['1', '2', '3', '4', '5']) openLogFile({ path: path() }).write(start);
    expect(readdirSync(join(folder, 'logs')).sort()).toEqual([
      'gateway.log',
      'gateway.log.1',
      'gateway.log.2',
      'gateway.log.3',
    ]);
    expect(readFileSync(path(), 'utf8')).toBe('5');
    expect(readFileSync(`${path()}.3`, 'utf8')).toBe('2');
  });

  it('is put aside when it is larger than allowed', () => {
    const log = openLogFile({ path: path(), maxBytes: 5 });
    for (const line of ['first line\n', 'second line\n']) log.write(line);
    expect(readFileSync(path(), 'utf8')).toBe('second line\n');
    expect(readFileSync(`${path()}.1`, 'utf8')).toBe('first line\n');
  });

  it('tells each error once, however the output was cut', () => {
    const lines = [error('one'), '{"level":"info","msg":"all well"}\n', error('two'), 'plain text\n'];
    const output = lines.join('');
    fc.assert(
      fc.property(fc.array(fc.nat(output.length), { maxLength: 8 }), (cuts) => {
        const told: string[] = [];
        const log = openLogFile({ path: path(), onError: (message) => told.push(message) });
        const places = [0, ...cuts.sort((a, b) => a - b), output.length];
        for (let at = 1; at < places.length; at += 1) log.write(output.slice(places[at - 1], places[at]));
        expect(told).toEqual(['one', 'two']);
      }),
      { numRuns: 50 },
    );
  });

  it('remembers the last lines, the unfinished one included, for a service that does not start', () => {
    const log = openLogFile({ path: path() });
    for (let line = 1; line <= 100; line += 1) log.write(`${line}\n`);
    log.write('half a li');
    expect(log.lastLines().at(-1)).toBe('half a li');
    expect(log.lastLines().at(-2)).toBe('100');
    expect(log.lastLines().length).toBeLessThan(30);
  });
});
