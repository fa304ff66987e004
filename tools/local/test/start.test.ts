// npm start whole: what a person sees who starts it, ends it, kills it and starts it again.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProcess, until } from '@finito/testing';
import { aDataDirectory } from './npm-start.ts';
import type { Started } from './npm-start.ts';

let directory: Awaited<ReturnType<typeof aDataDirectory>>;
let started: Started;
const sample = ['--messages', '40'];

beforeAll(async () => {
  directory = await aDataDirectory();
  started = await directory.start(sample);
}, 130_000);
afterAll(() => directory.close(), 30_000);

interface Holder {
  children: { pid: number }[];
}
const childrenOf = () => {
  const { children } = JSON.parse(readFileSync(join(directory.dataDir, 'running.json'), 'utf8')) as Holder;
  return children.map(({ pid }) => pid);
};
const lives = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('npm start', () => {
  it('R57: serves the page, and every service says that it is ready', async () => {
    expect((await fetch(started.url)).status).toBe(200);
    expect(started.adminUrls).toHaveLength(4);
    for (const url of started.adminUrls) expect((await fetch(url)).status).toBe(200);
  });

  it('refuses to be started twice on the same data, and says which process has it', async () => {
    const second = await directory.launch(['--port', '1']);
    await second.expectExit(1);
    expect(second.output()).toContain(`process ${started.process.pid}`);
  });

  it('ends all in order within 10 s of a Ctrl-C, with exit code 0', async () => {
    const children = childrenOf();
    const asked = performance.now();
    started.process.signal('SIGINT');
    await started.process.expectExit(0, 10_000);
    expect(performance.now() - asked).toBeLessThan(10_000);
    const stopped = [...started.process.output().matchAll(/✓ (?!All)(\S+).* stopped$/gm)].map(
      (match) => match[1],
    );
    expect(stopped.filter((name) => !name!.includes('worker'))).toEqual([
      'gateway',
      'telemetry',
      'gmail-simulator',
      'redis',
      'postgres',
    ]);
    expect(children.filter(lives)).toEqual([]);
  });

  it('continues on the same data, and cleans up what a killed one left running', async () => {
    const killed = await directory.start(sample);
    const orphans = childrenOf();
    expect(orphans.length).toBeGreaterThan(6);
    killed.process.signal('SIGKILL');
    await killed.process.exited;
    started = await directory.start(sample);
    expect(started.process.output()).toContain('of its processes still run and are stopped first');
    // A dead process keeps its number until the system has taken note.
    await until(() => !orphans.some(lives), {
      timeoutMs: 10_000,
      message: 'what was left running to be gone',
    });
    expect((await fetch(started.url)).status).toBe(200);
  }, 260_000);

  it('starts a service again that dies', async () => {
    const admin = started.adminUrls.at(-1)!;
    const worker = await pidOf('gmail-worker');
    process.kill(worker, 'SIGKILL');
    await until(() => started.process.output().includes('is back'), { timeoutMs: 60_000 });
    expect((await fetch(admin)).status).toBe(200);
  }, 70_000);

  it('says that its port is taken, by whom, and how to take another', async () => {
    const other = await aDataDirectory();
    const refused = await other.launch(['--port', String(directory.port)]);
    await refused.expectExit(1);
    expect(refused.output()).toMatch(/Port \d+ is taken by .*PORT=\d+ npm start/s);
    await other.close();
  });

  it('never starts anew over secrets it cannot read', async () => {
    const other = await aDataDirectory();
    writeFileSync(join(other.dataDir, 'secrets.json'), '{ "half a fi');
    const refused = await other.launch([]);
    await refused.expectExit(1);
    expect(refused.output()).toContain('secrets.json cannot be used');
    await other.close();
  });
});

async function pidOf(service: string): Promise<number> {
  const ps = await startProcess({ command: 'ps', args: ['-eo', 'pid=,args='] });
  await ps.exited;
  const children = childrenOf();
  const lines = ps
    .output()
    .split('\n')
    .filter((line) => line.includes(join(service, 'src')));
  const pid = lines.map((line) => Number.parseInt(line, 10)).find((each) => children.includes(each));
  if (pid === undefined) throw new Error(`${service} is not among the children`);
  return pid;
}
