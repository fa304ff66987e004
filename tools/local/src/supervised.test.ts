import { afterEach, describe, expect, it } from '@jest/globals';
import { startProcess, until } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { createSupervised } from './supervised.ts';
import type { Launched, SupervisedEvent, SupervisedOptions } from './supervised.ts';

const lives: RunningProcess[] = [];
afterEach(async () => {
  for (const life of lives.splice(0)) await life.stop({ signal: 'SIGKILL' });
});

/** Starting a process takes its time on a busy machine. */
const patiently = { timeoutMs: 25_000 };
const lasting = "setInterval(() => {}, 1000); console.log('ready')";
const ending = "console.log('ready'); setTimeout(() => process.exit(7), 30)";
const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ready')";

/** Each life runs the next of `programs`, the last one again and again. */
function aSupervised(programs: string[], options: Partial<SupervisedOptions> = {}) {
  const events: SupervisedEvent[] = [];
  let started = 0;
  const supervised = createSupervised({
    name: 'a program',
    backoffMs: [5, 5, 5],
    onEvent: (event) => events.push(event),
    launch: async (): Promise<Launched> => {
      const program = programs[Math.min(started, programs.length - 1)]!;
      started += 1;
      const life = await startProcess({ command: process.execPath, args: ['-e', program] });
      lives.push(life);
      let code: number | undefined;
      void life.exited.then((ended) => (code = ended));
      const ready = until(() => code !== undefined || life.output().includes('ready'), {
        ...patiently,
        everyMs: 5,
      });
      return {
        pid: life.pid,
        exited: life.exited,
        ready: ready.then(() => {
          if (!life.output().includes('ready')) throw new Error(`ended with ${code}`);
        }),
        stop: async (withinMs) => void (await life.stop({ withinMs })),
      };
    },
    ...options,
  });
  return { supervised, events, kinds: () => events.map(({ kind }) => kind) };
}

describe('a supervised process', () => {
  it('is started again when it dies, and it is told when it is back', async () => {
    const { supervised, kinds, events } = aSupervised([lasting]);
    await supervised.start();
    lives[0]!.signal('SIGKILL');
    await until(() => kinds().includes('back'), patiently);
    expect(events).toEqual([{ kind: 'died', code: 128 + 9, nextStartInMs: 5 }, { kind: 'back' }]);
    await supervised.stop(1_000);
    expect(await lives[1]!.exited).toBe(128 + 15);
  });

  it('is not tried again when its first start fails: the person is told at once', async () => {
    const { supervised, events } = aSupervised(['process.exit(3)']);
    await expect(supervised.start()).rejects.toThrow('ended with 3');
    expect(events).toEqual([]);
    expect(lives).toHaveLength(1);
  });

  it('is given up after so many deaths in a while', async () => {
    const { supervised, kinds } = aSupervised([ending], { maxDeaths: 3 });
    await supervised.start();
    await until(() => kinds().includes('given-up'), patiently);
    expect(kinds().filter((kind) => kind === 'died')).toHaveLength(2);
    expect(lives).toHaveLength(3);
  });

  it('is not started again once it is stopped, also while it waits for its next start', async () => {
    const { supervised, kinds } = aSupervised([lasting], { backoffMs: [60_000] });
    await supervised.start();
    lives[0]!.signal('SIGKILL');
    await until(() => kinds().includes('died'), patiently);
    await supervised.stop(1_000);
    expect(lives).toHaveLength(1);
  });

  it('is ended by force when it does not end in time', async () => {
    const { supervised } = aSupervised([stubborn]);
    await supervised.start();
    await supervised.stop(50);
    expect(await lives[0]!.exited).toBe(128 + 9);
  });

  it('waits longer before each further start', async () => {
    const { supervised, events, kinds } = aSupervised([ending], { backoffMs: [1, 2, 3], maxDeaths: 4 });
    await supervised.start();
    await until(() => kinds().includes('given-up'), patiently);
    expect(events.flatMap((event) => (event.kind === 'died' ? [event.nextStartInMs] : []))).toEqual([
      1, 2, 3,
    ]);
  });
});
