import { join } from 'node:path';
import { startProcess } from '@finito/testing';
import type { Asked, Failure } from './load.ts';

export interface LoadOrder {
  origin: string;
  perSecond: number;
  /** Asked one after the other, again and again. */
  requests: Asked[];
}

export interface LoadOutcome {
  sent: number;
  seconds: number;
  failed: number;
  /** The first of them. */
  failures: Failure[];
  /** Those that were answered well. */
  kinds: Record<string, { count: number; medianMs: number; p99Ms: number }>;
}

export interface RunningLoad {
  /** Resolves when the last answer is in. */
  stop(): Promise<LoadOutcome>;
  kill(): Promise<void>;
}

/** Begins to ask, from a process of its own. */
export async function loadFrom(order: LoadOrder): Promise<RunningLoad> {
  const running = await startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, 'load-process.ts')],
    env: { ...process.env, NODE_OPTIONS: '' },
    input: JSON.stringify(order),
    readyWhen: (output) => output.includes('asking'),
  });
  return {
    async stop() {
      await running.stop({ withinMs: 30_000 });
      return JSON.parse(running.output().trim().split('\n').at(-1)!) as LoadOutcome;
    },
    kill: async () => void (await running.stop({ signal: 'SIGKILL' })),
  };
}
