import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startProcess } from '@finito/testing';
import { parseArguments } from './arguments.ts';
import { localSettings } from './settings.ts';
import { readAnnouncement, simulatorCommand } from './simulator.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'finito-simulator-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const repository = resolve(import.meta.dirname, '..', '..', '..');

/** What npm start would run, run. */
async function announcedBy(...args: string[]) {
  const settings = localSettings(parseArguments(args), repository, { FINITO_DATA_DIR: dataDir });
  const { args: command, cwd, readyWhen } = simulatorCommand(settings, 0);
  const simulator = await startProcess({
    command: process.execPath,
    args: ['--no-warnings', ...command],
    env: { ...process.env, NODE_OPTIONS: '' },
    cwd,
    readyWhen,
  });
  await simulator.stop();
  return simulator.output();
}

describe('the simulator of npm start', () => {
  it('starts with the sample, and with own mail', async () => {
    expect(await announcedBy('--messages', '10')).toContain('"messages":10');
    const mail = join(dataDir, 'one.eml');
    writeFileSync(mail, 'From: a@example.com\r\nSubject: Hello\r\n\r\nHi');
    expect(await announcedBy('--mail', mail)).toContain('"messages":1');
  });

  it('says where it listens in one line among others, which may be cut', () => {
    const said = `warming up\n{"listening":true,"url":"http://127.0.0.1:3002","endpoints":{"GMAIL_API_URL":"http://127.0.0.1:3002"}}\n`;
    expect(readAnnouncement(said)).toMatchObject({ url: 'http://127.0.0.1:3002' });
    expect(readAnnouncement(said.slice(0, 60))).toBeUndefined();
    expect(readAnnouncement('')).toBeUndefined();
  });
});
