import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startProcess, until } from '@finito/testing';

const node = (program: string) => ({ command: process.execPath, args: ['-e', program] });

describe('a process under test', () => {
  it('is ready once its output says so', async () => {
    const running = await startProcess({
      ...node("setTimeout(() => console.log('listening'), 50); setInterval(() => {}, 1000)"),
      readyWhen: (output) => output.includes('listening'),
    });
    expect(await running.stop()).toBe(143);
  });

  it('that ends before it is ready fails with what it said', async () => {
    const starting = startProcess({
      ...node("console.error('no database'); process.exit(4)"),
      readyWhen: () => false,
    });
    await expect(starting).rejects.toThrow(/ended with code 4[^]*no database/);
  });

  it('that never becomes ready is ended', async () => {
    const starting = startProcess({
      ...node('setInterval(() => {}, 1000)'),
      readyWhen: () => false,
      readyWithinMs: 150,
    });
    await expect(starting).rejects.toThrow('not ready within 150 ms');
  });

  it('that ignores SIGTERM is killed', async () => {
    const running = await startProcess({
      ...node("process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)"),
      readyWhen: (output) => output.includes('deaf'),
    });
    expect(await running.stop({ withinMs: 100 })).toBe(137);
  });

  it('has its exit code asserted', async () => {
    const running = await startProcess(node('process.exit(3)'));
    await running.expectExit(3);
    await expect(running.expectExit(0)).rejects.toThrow('ended with 3, expected 0');
  });

  it('does not outlive the one who started it, though that ends by an error nobody caught', async () => {
    const starter = `
      import { startProcess } from ${JSON.stringify(resolve(import.meta.dirname, '../src/index.ts'))};
      const { pid } = await startProcess({ command: 'sleep', args: ['600'] });
      console.log('started ' + pid);
      throw new Error('unforeseen');`;
    const running = await startProcess({
      command: process.execPath,
      args: ['--input-type=module', '-e', starter],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    await running.expectExit(1);
    const pid = Number(/started (\d+)/.exec(running.output())?.[1]);
    await until(() => !isAlive(pid));
  });

  it('that cannot be started says which', async () => {
    await expect(startProcess({ command: '/no/such/program' })).rejects.toThrow(
      '/no/such/program could not be started',
    );
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
