import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseArguments } from './arguments.ts';
import { localSettings } from './settings.ts';
import { readAnnouncement, simulatorCommand } from './simulator.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'finito-simulator-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const command = (...args: string[]) =>
  simulatorCommand(localSettings(parseArguments(args), '/clone', { FINITO_DATA_DIR: dataDir }), 3002).args;
const valueOf = (args: string[], name: string) => args[args.indexOf(name) + 1];

describe('the simulator of npm start', () => {
  it('has the sample of the first start, also when it is started again on another day', () => {
    const today = new Date().toISOString().slice(0, 10);
    expect(valueOf(command(), '--newest-day')).toBe(today);
    writeFileSync(join(dataDir, 'sample-day'), '2026-01-31');
    expect(valueOf(command(), '--newest-day')).toBe('2026-01-31');
  });

  it('says where it listens in one line among others, which may be cut', () => {
    const said = `warming up\n{"listening":true,"url":"http://127.0.0.1:3002","endpoints":{"GMAIL_API_URL":"http://127.0.0.1:3002"}}\n`;
    expect(readAnnouncement(said)).toMatchObject({ url: 'http://127.0.0.1:3002' });
    expect(readAnnouncement(said.slice(0, 60))).toBeUndefined();
    expect(readAnnouncement('')).toBeUndefined();
  });
});
