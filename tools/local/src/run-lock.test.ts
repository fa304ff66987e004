import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startProcess } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { LocalProblem } from './problem.ts';
import { takeRunLock } from './run-lock.ts';

let dataDir: string;
let children: RunningProcess[];
const said: string[] = [];
const say = (line: string) => void said.push(line);
const lockFile = () => join(dataDir, 'running.json');

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'finito-lock-'));
  children = [];
  said.length = 0;
});
afterEach(async () => {
  for (const child of children) await child.stop({ signal: 'SIGKILL' });
  rmSync(dataDir, { recursive: true });
});

/** A process that lives until it is told to end; `marker` is on its command line. */
async function aProcess(marker: string): Promise<RunningProcess> {
  const child = await startProcess({
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1000)', marker],
  });
  children.push(child);
  return child;
}

const leaveLock = (holder: unknown) =>
  writeFileSync(lockFile(), typeof holder === 'string' ? holder : JSON.stringify(holder));

describe('the lock of a data directory', () => {
  it('is held once, and the second start is told by which process', async () => {
    const holder = await aProcess('npm-start');
    leaveLock({ pid: holder.pid, marker: 'npm-start', children: [] });
    await expect(takeRunLock(dataDir, say)).rejects.toThrow(LocalProblem);
    await expect(takeRunLock(dataDir, say)).rejects.toThrow(`process ${holder.pid}`);
  });

  it('is free again after its release', async () => {
    (await takeRunLock(dataDir, say)).release();
    expect(existsSync(lockFile())).toBe(false);
    (await takeRunLock(dataDir, say)).release();
  });

  it('is taken over from a process that is gone, and what that one left running is stopped first', async () => {
    const orphan = await aProcess('orphan-of-a-start');
    leaveLock({
      pid: 2_000_000_000,
      marker: 'main.ts',
      children: [{ pid: orphan.pid, marker: 'orphan-of-a-start', signal: 'SIGTERM' }],
    });
    const lock = await takeRunLock(dataDir, say);
    expect(await orphan.exited).toBe(128 + 15);
    expect(said.join()).toContain('1 of its processes');
    lock.release();
  });

  it('leaves alone a process that was given the number of one of ours', async () => {
    const stranger = await aProcess('somebody-else');
    leaveLock({
      pid: stranger.pid,
      marker: 'tools/local/src/main.ts',
      children: [{ pid: stranger.pid, marker: 'services/gateway', signal: 'SIGTERM' }],
    });
    const lock = await takeRunLock(dataDir, say);
    expect(said).toEqual([]);
    expect(stranger.child.exitCode).toBeNull();
    lock.release();
  });

  it.each(['', '{"pid":', '[]'])('is taken over when its file was cut short (%p)', async (text) => {
    leaveLock(text);
    const lock = await takeRunLock(dataDir, say);
    expect(JSON.parse(readFileSync(lockFile(), 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
  });

  it('says how to go on when nothing can be written there', async () => {
    writeFileSync(join(dataDir, 'a-file'), '');
    const refused = takeRunLock(join(dataDir, 'a-file', 'data'), say);
    await expect(refused).rejects.toThrow(LocalProblem);
    await expect(refused).rejects.toThrow('FINITO_DATA_DIR');
  });

  it('remembers the children that still run, for the start after this one', async () => {
    const lock = await takeRunLock(dataDir, say);
    const [gone, alive] = [await aProcess('first'), await aProcess('second')];
    lock.add({ pid: gone.pid, marker: 'first', signal: 'SIGTERM' });
    await gone.stop({ signal: 'SIGKILL' });
    lock.add({ pid: alive.pid, marker: 'second', signal: 'SIGTERM' });
    const { children: kept } = JSON.parse(readFileSync(lockFile(), 'utf8')) as {
      children: { pid: number }[];
    };
    expect(kept.map(({ pid }) => pid)).toEqual([alive.pid]);
    lock.release();
  });
});
