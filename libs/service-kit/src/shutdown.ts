import { setTimeout as wait } from 'node:timers/promises';
import type { Health } from './health.ts';
import type { Log } from './log.ts';

export interface DeferOptions {
  /** What the log calls it when it does not close. */
  label?: string;
  timeoutMs?: number;
}

interface ShutdownOptions {
  log: Log;
  health: Health;
  deadlineMs: number;
  delayMs: number;
}

/**
 * The end of a process, in one order: readiness off, abort `leaving`, wait for load balancers to notice, abort `signal`,
 * close what was opened in reverse order, exit. A timer started first ends the process if any of this hangs.
 */
export function createShutdown({ log, health, deadlineMs, delayMs }: ShutdownOptions) {
  const closers: Closer[] = [];
  const leaving = new AbortController();
  const stopping = new AbortController();
  let startedAt: number | undefined;
  let late = false;

  async function stop(reason: string, exitCode: number, { delay = 0 } = {}): Promise<void> {
    if (startedAt !== undefined) return;
    startedAt = performance.now();
    setTimeout(() => exit(2, 'deadline passed'), Math.max(0, deadlineMs - exitMarginMs));
    health.setPhase('stopping');
    log.info({ reason }, 'service stops');
    leaving.abort();
    if (delay > 0) await wait(delay);
    stopping.abort();
    // One that is deferred meanwhile, by a start that was still going on, is closed too.
    for (let closer = closers.pop(); closer; closer = closers.pop()) {
      if (!(await closes(closer, log))) late = true;
    }
    exit(exitCode === 0 && late ? 2 : exitCode, reason);
  }

  function exit(code: number, reason: string): void {
    log.info(
      { reason, exitCode: code, durationMs: Math.round(performance.now() - (startedAt ?? 0)) },
      'service stopped',
    );
    process.exit(code);
  }

  function fail(kind: string, error: unknown): void {
    log.fatal({ err: error }, kind);
    void stop(kind, 1);
  }

  process.on('SIGTERM', () => void stop('SIGTERM', 0, { delay: delayMs }));
  process.on('SIGINT', () => {
    // A terminal signals the whole group and a parent passes it on: twice at once is one Ctrl-C.
    if (startedAt !== undefined && performance.now() - startedAt > sameCtrlCMs) process.exit(130);
    void stop('SIGINT', 0);
  });
  process.on('uncaughtException', (error) => fail('uncaught exception', error));
  process.on('unhandledRejection', (error) => fail('unhandled rejection', error));

  return {
    leaving: leaving.signal,
    signal: stopping.signal,
    defer<T>(
      resource: T,
      close: (resource: T) => unknown,
      { label = 'resource', timeoutMs = 5_000 }: DeferOptions = {},
    ): T {
      closers.push({ label, timeoutMs, close: async () => close(resource) });
      return resource;
    },
    /** `expected` faults are the operator's to mend and get one line; others are ours and get their stack. */
    failedToStart(error: unknown, expected: boolean): void {
      if (startedAt !== undefined) return;
      if (expected && error instanceof Error) process.stderr.write(`${error.message}\n`);
      else log.fatal({ err: error }, 'service could not start');
      void stop('start failed', 1);
    },
  };
}

// A busy machine lets a timer come late.
const exitMarginMs = 500;
const sameCtrlCMs = 300;

interface Closer {
  label: string;
  timeoutMs: number;
  close: () => Promise<unknown>;
}

/** Whether it closed in time; one that throws is closed as far as it will ever be. */
async function closes({ label, timeoutMs, close }: Closer, log: Log): Promise<boolean> {
  const outcome = await Promise.race([
    close().then(
      () => 'closed' as const,
      (err: unknown) => {
        log.warn({ err, resource: label }, 'resource did not close cleanly');
        return 'closed' as const;
      },
    ),
    wait(timeoutMs, 'late' as const),
  ]);
  if (outcome === 'late') log.error({ resource: label, timeoutMs }, 'resource did not close in time');
  return outcome === 'closed';
}
