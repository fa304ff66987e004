import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startProcess } from '../src/index.ts';

const module = resolve(import.meta.dirname, '../src/run-folder.ts');
let outer: string;
beforeEach(() => void (outer = mkdtempSync(join(tmpdir(), 'outer-'))));
afterEach(() => rmSync(outer, { recursive: true, force: true }));

async function aRun(then: string): Promise<void> {
  const program = `
    import { mkdtempSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { makeRunFolder } from ${JSON.stringify(module)};
    makeRunFolder();
    mkdtempSync(tmpdir() + '/forgotten-');
    ${then}`;
  const running = await startProcess({
    command: process.execPath,
    args: ['--input-type=module', '-e', program],
    env: { ...process.env, NODE_OPTIONS: '', TMPDIR: outer },
  });
  await running.exited;
}

it.each([
  ['its end', ''],
  ['an exit', 'process.exit(1)'],
  ['an error', 'throw new Error("unforeseen")'],
])('what a run forgets in the temp folder goes with the run, at %s', async (_, then) => {
  await aRun(then);
  expect(readdirSync(outer)).toEqual([]);
});

it('what a killed run left goes with a later one, but nothing of a run that lives or is none', async () => {
  await aRun('process.kill(process.pid, "SIGKILL")');
  const [left] = readdirSync(outer);
  const living = join(outer, `finito-run-${process.pid}-x`);
  const other = join(outer, 'somebody-else');
  const yesterday = new Date(Date.now() - 86_400_000);
  for (const folder of [living, other]) mkdirSync(folder);
  await aRun('');
  expect(existsSync(join(outer, left!))).toBe(true);
  for (const folder of [join(outer, left!), living, other]) utimesSync(folder, yesterday, yesterday);
  await aRun('');
  expect(readdirSync(outer).sort()).toEqual([`finito-run-${process.pid}-x`, 'somebody-else']);
});
