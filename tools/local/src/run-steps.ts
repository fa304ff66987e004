import { startProcess } from '@finito/testing';
import type { Step } from './check-steps.ts';

export interface StepResult {
  name: string;
  ok: boolean;
  seconds: number;
}

export interface RunStepsOptions {
  cwd: string;
  colour: boolean;
  write(text: string): void;
}

/** How many run at once where the machine has the processors. */
const AT_ONCE = 2;

/**
 * Runs the steps, two at a time as far as they may. The output of the one that was first streams; the other's is
 * held back until it is its turn, so that their lines never mix.
 */
export async function runSteps(steps: readonly Step[], options: RunStepsOptions): Promise<StepResult[]> {
  const results = new Map<string, StepResult>();
  const screen = createScreen(options.write);
  const waiting = [...steps];
  const running = new Map<string, Promise<void>>();
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.find((step) => isDue(step, steps, results));
    if (next !== undefined && running.size < AT_ONCE) {
      waiting.splice(waiting.indexOf(next), 1);
      const done = runStep(next, options, screen.window(`── ${next.name} ──\n`)).then((result) => {
        results.set(next.name, result);
        running.delete(next.name);
      });
      running.set(next.name, done);
    } else {
      await Promise.race(running.values());
    }
  }
  return steps.map(({ name }) => results.get(name) ?? { name, ok: false, seconds: 0 });
}

function isDue({ after = [] }: Step, steps: readonly Step[], results: Map<string, StepResult>): boolean {
  return after.every((name) => results.has(name) || !steps.some((step) => step.name === name));
}

interface Window {
  write(text: string): void;
  close(): void;
}

async function runStep(step: Step, { cwd, colour }: RunStepsOptions, window: Window): Promise<StepResult> {
  const start = performance.now();
  const colours: NodeJS.ProcessEnv = colour
    ? { FORCE_COLOR: '1' }
    : { FORCE_COLOR: undefined, NO_COLOR: '1' };
  let ok = false;
  try {
    const running = await startProcess({
      command: process.execPath,
      args: step.args,
      env: { ...process.env, ...colours, ...step.env },
      cwd,
      onOutput: window.write,
    });
    const late = setTimeout(() => {
      window.write(`\n${step.name} took longer than ${step.withinMs / 60_000} minutes and is ended\n`);
      void running.stop({ withinMs: 5_000 });
    }, step.withinMs);
    ok = (await running.exited) === 0;
    clearTimeout(late);
  } catch (error) {
    window.write(`${(error as Error).message}\n`);
  }
  window.write(`${step.name}: ${ok ? 'passed' : 'failed'}\n\n`);
  window.close();
  return { name: step.name, ok, seconds: (performance.now() - start) / 1_000 };
}

/** Windows are shown one after the other, in the order in which they were opened. */
function createScreen(write: (text: string) => void) {
  const open: { held: string; closed: boolean }[] = [];
  function show(): void {
    for (let first = open[0]; first !== undefined; first = open[0]) {
      write(first.held);
      first.held = '';
      if (!first.closed) return;
      open.shift();
    }
  }
  return {
    window(title: string): Window {
      const mine = { held: title, closed: false };
      open.push(mine);
      show();
      return {
        write(text) {
          mine.held += text;
          if (open[0] === mine) show();
        },
        close() {
          mine.closed = true;
          show();
        },
      };
    },
  };
}
