import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface ProcessOptions {
  command: string;
  args?: string[];
  /** The whole environment of the child; default: this process's own. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** In a process group of its own, which a Ctrl-C in the terminal does not reach, and not ended with this process; default false. */
  detached?: boolean;
  /** Written to the child's standard input, which is then closed. */
  input?: string;
  /** Asked after each piece of output; the process counts as ready once it says yes. */
  readyWhen?: (output: string) => boolean;
  /** How long it may take to become ready; default 15,000 ms. */
  readyWithinMs?: number;
  /** Each piece of output as it comes, besides being collected. */
  onOutput?: (chunk: string) => void;
}

export interface RunningProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Both streams, in order of arrival; only the last 200,000 characters are kept. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code; a process ended by a signal gives 128 + its number, as a shell does. */
  readonly exited: Promise<number>;
  /** Sends SIGTERM (or `signal`), then SIGKILL after `withinMs` (10,000); gives the exit code. */
  stop(options?: { signal?: NodeJS.Signals; withinMs?: number }): Promise<number>;
  /** @throws Error with the output when the process ends with another code, or not within 10,000 ms. */
  expectExit(code: number, withinMs?: number): Promise<void>;
}

const KEPT_OUTPUT = 200_000;

/**
 * Starts a child process, collects what it says and waits until it is ready.
 * @throws Error with its last output when it ends or stays silent before it is ready.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const child = spawn(options.command, options.args ?? [], {
    env: options.env ?? process.env,
    cwd: options.cwd,
    uid: options.uid,
    gid: options.gid,
    detached: options.detached ?? false,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let collected = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      collected = (collected + chunk).slice(-KEPT_OUTPUT);
      options.onOutput?.(chunk);
      for (const listener of listeners) listener();
    });
  }
  const exited = exitOf(child);
  child.stdin?.on('error', () => undefined).end(options.input);
  await spawned(child, options.command);
  if (!options.detached) endWithThisProcess(child, exited);
  const running = control(child, exited, () => collected);
  if (options.readyWhen !== undefined) await becomeReady(running, options, listeners);
  return running;
}

const children = new Set<ChildProcess>();

/** Whatever ends this process, an error that nobody caught too, leaves none of them behind; SIGKILL alone does. */
function endWithThisProcess(child: ChildProcess, exited: Promise<number>): void {
  if (children.size === 0) process.once('exit', killChildren);
  children.add(child);
  void exited.then(() => {
    children.delete(child);
    if (children.size === 0) process.off('exit', killChildren);
  });
}

function killChildren(): void {
  for (const child of children) child.kill('SIGKILL');
}

const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = {
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + (signal ? (SIGNAL_NUMBERS[signal] ?? 0) : 0)),
    );
  });
}

function spawned(child: ChildProcess, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new Error(`${command} could not be started: ${cause.message}`, { cause })),
    );
  });
}

function control(child: ChildProcess, exited: Promise<number>, output: () => string): RunningProcess {
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  return {
    pid: child.pid as number,
    child,
    output,
    signal,
    exited,
    async stop({ signal: first = 'SIGTERM', withinMs = 10_000 } = {}) {
      signal(first);
      const hard = setTimeout(() => signal('SIGKILL'), withinMs);
      return exited.finally(() => clearTimeout(hard));
    },
    async expectExit(code, withinMs = 10_000) {
      const actual = await within(exited, withinMs);
      if (actual === code) return;
      const happened = actual === undefined ? `still runs after ${withinMs} ms` : `ended with ${actual}`;
      throw new Error(`Process ${child.pid} ${happened}, expected ${code}:\n${tail(output())}`);
    },
  };
}

async function becomeReady(running: RunningProcess, options: ProcessOptions, listeners: Set<() => void>) {
  const { readyWhen = () => true, readyWithinMs = 15_000, command } = options;
  let listener = (): void => undefined;
  const ready = new Promise<'ready'>((resolve) => {
    listener = () => {
      if (readyWhen(running.output())) resolve('ready');
    };
    listeners.add(listener);
    listener();
  });
  const first = await within(Promise.race([ready, running.exited]), readyWithinMs);
  listeners.delete(listener);
  if (first === 'ready') return;
  if (first === undefined) await running.stop({ signal: 'SIGKILL' });
  const happened =
    first === undefined ? `was not ready within ${readyWithinMs} ms` : `ended with code ${first}`;
  throw new Error(`${command} ${happened}:\n${tail(running.output())}`);
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function tail(output: string): string {
  return output.trimEnd().split('\n').slice(-20).join('\n');
}
