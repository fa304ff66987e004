import { setTimeout as sleep } from 'node:timers/promises';

/** One life of a process. */
export interface Launched {
  readonly pid: number;
  readonly exited: Promise<number>;
  /** Resolves when it serves; rejects when it will not. */
  readonly ready: Promise<void>;
  /** Ends it, by force after `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

export interface SupervisedOptions {
  name: string;
  launch(): Promise<Launched>;
  onEvent?: (event: SupervisedEvent) => void;
  /** The wait before the first, second, third and each further new start. */
  backoffMs?: readonly number[];
  /** So many deaths within `windowMs` and it is given up. */
  maxDeaths?: number;
  windowMs?: number;
}

export type SupervisedEvent =
  | { kind: 'died'; code: number; nextStartInMs: number }
  | { kind: 'back' }
  | { kind: 'given-up'; deaths: number };

export interface Supervised {
  readonly name: string;
  /** Resolves when it serves for the first time; a death before that is not retried but thrown. */
  start(): Promise<void>;
  /** Ends it for good, at any time, also while it starts or waits for its next start. */
  stop(withinMs: number): Promise<void>;
}

/** A process that is started again when it dies. */
export function createSupervised(options: SupervisedOptions): Supervised {
  const { name, backoffMs = [1_000, 2_000, 5_000], maxDeaths = 5, windowMs = 60_000 } = options;
  const stopping = new AbortController();
  const report = (event: SupervisedEvent) => options.onEvent?.(event);
  let current: Promise<Launched> | undefined;
  let watching: Promise<void> | undefined;

  async function watch(first: Launched): Promise<void> {
    let launched: Launched | undefined = first;
    let deaths: number[] = [];
    for (;;) {
      const code: number = launched === undefined ? 1 : await launched.exited;
      if (stopping.signal.aborted) return;
      deaths = [...deaths.filter((at) => at > Date.now() - windowMs), Date.now()];
      if (deaths.length >= maxDeaths) return report({ kind: 'given-up', deaths: deaths.length });
      const pause = backoffMs[Math.min(deaths.length, backoffMs.length) - 1] ?? 0;
      report({ kind: 'died', code, nextStartInMs: pause });
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      launched = await launchAgain();
    }
  }

  async function launchAgain(): Promise<Launched | undefined> {
    try {
      current = options.launch();
      const launched = await current;
      launched.ready.then(
        () => report({ kind: 'back' }),
        // One that lives and does not serve is ended, and its death is handled like any other.
        () => launched.stop(1_000),
      );
      return launched;
    } catch {
      return undefined;
    }
  }

  return {
    name,
    async start() {
      current = options.launch();
      const launched = await current;
      await launched.ready;
      watching = watch(launched);
    },
    async stop(withinMs) {
      stopping.abort();
      const launched = await current?.catch(() => undefined);
      await launched?.stop(withinMs);
      await watching;
    },
  };
}
