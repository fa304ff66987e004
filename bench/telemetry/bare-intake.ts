import { join } from 'node:path';
import { startProcess } from '@finito/testing';

export type BareIntake = Awaited<ReturnType<typeof startBareIntake>>;

/** bench/baseline/bare-intake.ts as a process. */
export async function startBareIntake() {
  const { pid, output, stop } = await startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, '../baseline/bare-intake.ts')],
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
    readyWhen: (told) => /listening \d+/.test(told),
    readyWithinMs: 60_000,
  });
  const port = Number(/listening (\d+)/.exec(output())![1]);
  return { port, pid, stop: () => stop({ signal: 'SIGKILL' }) };
}
