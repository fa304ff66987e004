import { errorFacts } from './error-facts.ts';

export interface CheckResult {
  ok: boolean;
  durationMs: number;
  /** Why it failed: the name of the error or `timeout`, never its text. */
  reason?: string;
}

export interface HealthReport {
  ok: boolean;
  checks: Record<string, CheckResult>;
}

export type CheckKind = 'ready' | 'live' | 'told';

export interface CheckOptions {
  /** A check that has not answered by then has failed: 1,000 unless told. */
  timeoutMs?: number;
  /**
   * `live`: its failure means that only a restart helps. `ready` unless told: its failure takes no traffic. `told`:
   * readiness tells of it, and does not depend on it.
   */
  of?: CheckKind;
}

export interface Health {
  /** Adds a check of something this service depends on. Throwing or resolving to `false` means it fails. */
  check(name: string, run: (signal: AbortSignal) => unknown, options?: CheckOptions): Health;
  /** All checks at once, each within its deadline. Askers at the same moment share one run. */
  readiness(): Promise<HealthReport>;
  liveness(): Promise<HealthReport>;
  /** Not ready before the service says that it has started, nor once it stops. */
  setPhase(phase: 'starting' | 'running' | 'stopping'): void;
}

export function createHealth(): Health {
  const checks = new Map<string, Check>();
  let phase: 'starting' | 'running' | 'stopping' = 'starting';

  const runAll = (kinds: CheckKind[]) => async (): Promise<HealthReport> => {
    const chosen = [...checks].filter(([, check]) => kinds.includes(check.of));
    const results = await Promise.all(
      chosen.map(async ([name, check]) => [name, await runCheck(check)] as const),
    );
    const ok = results.every(([name, result]) => result.ok || checks.get(name)?.of === 'told');
    return { ok, checks: Object.fromEntries(results) };
  };
  const readyChecks = shared(runAll(['ready', 'told']));

  const health: Health = {
    check(name, run, { timeoutMs = 1_000, of = 'ready' } = {}) {
      checks.set(name, { run, timeoutMs, of });
      return health;
    },
    async readiness() {
      const report = await readyChecks();
      const checksAndPhase = {
        ...report.checks,
        service: { ok: phase === 'running', durationMs: 0, reason: phase },
      };
      return { ok: report.ok && phase === 'running', checks: checksAndPhase };
    },
    liveness: shared(runAll(['live'])),
    setPhase(next) {
      phase = next;
    },
  };
  return health;
}

interface Check {
  run: (signal: AbortSignal) => unknown;
  timeoutMs: number;
  of: CheckKind;
}

async function runCheck({ run, timeoutMs }: Check): Promise<CheckResult> {
  const startedAt = performance.now();
  const deadline = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeoutMs);
  });
  const answer = Promise.resolve()
    .then(() => run(deadline.signal))
    .then(
      (value) => (value === false ? 'failed' : undefined),
      (error: unknown) => String(errorFacts(error)['code'] ?? errorFacts(error)['name'] ?? 'failed'),
    );
  const reason = await Promise.race([answer, timeout]);
  clearTimeout(timer);
  deadline.abort();
  const durationMs = Math.round(performance.now() - startedAt);
  return reason === undefined ? { ok: true, durationMs } : { ok: false, durationMs, reason };
}

function shared<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}
