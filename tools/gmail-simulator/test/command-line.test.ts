import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '@finito/testing';
import { parseArguments } from '../src/arguments.ts';
import { loadMailFile } from '../src/index.ts';
import type { MessageSource } from '../src/index.ts';

const main = join(import.meta.dirname, '../src/main.ts');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const running = await startProcess({
    command: process.execPath,
    args: [main, ...args],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const code = await running.exited;
  return { code, firstLine: running.output().split('\n')[0], output: running.output() };
}

async function collected(path: string): Promise<MessageSource[]> {
  const messages: MessageSource[] = [];
  for await (const message of loadMailFile(path)) messages.push(message);
  return messages;
}

describe('the command line', () => {
  it('what makes no sense is named', () => {
    const cases: [string[], RegExp][] = [
      [['--colour', 'red'], /--colour/],
      [['somewhere'], /somewhere/],
      [['--port', 'many'], /--port has to be a whole number/],
      [['--port', '70000'], /from 0 to 65535/],
      [['--profile', '2019'], /--profile has to be 2026-05 or legacy-2025, not "2019"/],
      [['--time-factor=-3'], /--time-factor has to be a number/],
      [['--messages', '1.5'], /--messages has to be a whole number/],
      [['--newest-day', 'today'], /--newest-day has to be a date/],
      [['--mail', 'a', '--messages', '5'], /--messages is about sample mail/],
    ];
    for (const [args, words] of cases) expect(() => parseArguments(args)).toThrow(words);
    expect(parseArguments(['--no-quota', '--mail', 'a', '--mail', 'b'])).toMatchObject({
      quotaEnforced: false,
      mail: ['a', 'b'],
      profile: '2026-05',
      timeFactor: 1,
    });
  });

  it('a path without mail is said in a line, with the usage, and ends with 2', async () => {
    const notMail = join(folder, 'notes.txt');
    await writeFile(notMail, 'Dear diary,\n');
    const { code, firstLine, output } = await run('--mail', notMail);
    expect([code, firstLine]).toEqual([2, expect.stringMatching(/notes.txt is no mbox/)]);
    expect(output).toContain('Usage: npm run simulator');
    await expect(collected(join(folder, 'nothing'))).rejects.toThrow(/there is no/);
    await expect(collected(folder)).rejects.toThrow(/no Maildir and no .eml/);
  }, 60_000);

  it('says in one line of JSON where it listens, and ends in order on SIGTERM', async () => {
    const running = await startProcess({
      command: process.execPath,
      args: [main, '--messages', '40', '--accounts', '2', '--state', join(folder, 'state')],
      env: { ...process.env, NODE_OPTIONS: '' },
      readyWhen: (output) => output.includes('"listening":true'),
      readyWithinMs: 60_000,
    });
    const { url, messages, account } = JSON.parse(running.output()) as Record<string, string>;
    expect([messages, account]).toEqual([40, 'robin.ferrer@example.com']);
    const accounts = (await (await fetch(`${url}/_sim/accounts`)).text()).trim().split('\n');
    expect(accounts).toHaveLength(2);
    expect(await running.stop({ signal: 'SIGTERM' })).toBe(0);
  }, 90_000);
});

describe('mail files', () => {
  it('an mbox is cut where messages begin and not where their text says so', async () => {
    const path = join(folder, 'a.mbox');
    await writeFile(
      path,
      [
        'From ana@x Thu Jan  1 10:00:00 2026',
        'Subject: One',
        'X-Gmail-Labels: Inbox,"My, label",Starred',
        'X-GM-THRID: 1789000000000000000',
        '',
        'From here it is far.',
        '>From me to you.',
        '>>From nested.',
        '',
        'From ben@x Thu Jan  1 11:00:00 2026',
        'Subject: Two',
        '',
        'Last line',
        '',
      ].join('\n'),
    );
    const [one, two, ...rest] = await collected(path);
    expect(rest).toEqual([]);
    expect(one!.raw.toString()).toContain('From here it is far.\nFrom me to you.\n>From nested.\n');
    expect(two).toMatchObject({ internalDate: Date.UTC(2026, 0, 1, 11) });
  });

  it('a Maildir’s flags are labels, and what is being delivered is not read', async () => {
    for (const name of ['cur', 'new', 'tmp']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'cur', '1:2,FS'), 'Subject: seen and flagged\n\nx');
    await writeFile(join(folder, 'cur', '2:2,'), 'Subject: unseen\n\nx');
    await writeFile(join(folder, 'new', '3'), 'Subject: new\n\nx');
    await writeFile(join(folder, 'tmp', '4'), 'Subject: half\n\nx');
    const messages = await collected(folder);
    expect(messages.map(({ labelIds }) => labelIds)).toEqual([
      ['INBOX', 'STARRED'],
      ['INBOX', 'UNREAD'],
      ['INBOX', 'UNREAD'],
    ]);
  });

  it('a folder of .eml files is read in the order of their names', async () => {
    await writeFile(join(folder, 'b.eml'), 'Subject: b\n\nx');
    await writeFile(join(folder, 'a.eml'), 'From ana@x Thu Jan  1 10:00:00 2026\nSubject: a\n\nx');
    await writeFile(join(folder, 'readme.txt'), 'no mail');
    expect((await collected(folder)).map(({ raw }) => raw.toString().slice(0, 10))).toEqual([
      'Subject: a',
      'Subject: b',
    ]);
  });
});
