import { createGuard, isAnswer, isOutage, type Guard } from './breaker-guard.ts';
import { GmailUnavailableError } from './errors.ts';
import type { BreakerState, OnGmailEvent } from './events.ts';
import { operationClasses, operations, type OperationClass, type OperationName } from './operations.ts';
import type { Admission, SharedBreaker } from './shared-breaker.ts';

export interface BreakerOptions {
  /** Opens above this share of failures, in percent; default 50. */
  errorThresholdPercentage: number;
  /** Time in open before one probe is let through; default 30,000. */
  resetTimeoutMs: number;
  /** Calls within the window below which it never opens, and outages in a row at which it does; default 10. */
  volumeThreshold: number;
  /** The window over which calls are counted; default three timeouts, so that calls that hang are seen in it. */
  windowMs: number;
}

export interface Breakers {
  /** Runs the action, or rejects at once with GmailUnavailableError while the operation's breaker is open. */
  fire<T>(operation: OperationName, action: () => Promise<T>): Promise<T>;
  states(): Record<OperationClass, BreakerState>;
  /** How long calls of this kind are surely refused, in milliseconds; 0 when one may be tried. */
  openForMs(operation: OperationName): number;
  /** Closes one breaker or all and forgets what was counted. One that is shared is not closed for the others. */
  reset(operationClass?: OperationClass): void;
  /** Opens as if it had tripped: a probe follows after the reset timeout. */
  open(operationClass?: OperationClass): void;
  close(): void;
}

/**
 * One breaker per operation class for the whole process: an outage is Gmail's, while a refused token is one
 * mailbox's. Only outages count. An opened breaker is not waited for here; the error says when to come back.
 */
export function createBreakers(
  options: BreakerOptions,
  onEvent: OnGmailEvent,
  shared: SharedBreaker | undefined,
): Breakers {
  const told = new Map<OperationClass, BreakerState>();
  const suspects = new Set<OperationClass>();
  const guards = new Map(operationClasses.map((name) => [name, createGuard(name, options, changed(name))]));
  const guardOf = (operation: OperationName) => guards.get(operations[operation].breaker)!;
  const chosen = (name?: OperationClass) =>
    [...guards].filter(([each]) => name === undefined || each === name).map(([, guard]) => guard);

  /** Until all the others agree, this process's own breaker counts. */
  function stateOf(name: OperationClass): BreakerState {
    const common = shared?.state(name) ?? 'closed';
    return common === 'closed' ? guards.get(name)!.state() : common;
  }

  function tell(name: OperationClass): void {
    const state = stateOf(name);
    if (state === (told.get(name) ?? 'closed')) return;
    told.set(name, state);
    onEvent({ type: 'circuit_breaker', operationClass: name, state });
  }

  function changed(name: OperationClass) {
    return (state: BreakerState) => {
      shared?.report(name, state);
      tell(name);
    };
  }

  shared?.listen((each, state) => {
    const name = each as OperationClass;
    if (state !== 'half-open') guards.get(name)?.reset();
    if (guards.has(name)) tell(name);
    if (state === 'closed') acquit();
  });

  /** Gmail is known to be in trouble: one failure more is enough to trip. */
  function suspect(name: OperationClass): void {
    const guard = guards.get(name)!;
    if (guard.state() !== 'closed' || !shared?.isOpenElsewhere(name)) return;
    suspects.add(name);
    guard.open();
  }

  /** Gmail is alive: what tripped only because others had may wait long for a call that would say so. */
  function acquit(): void {
    const names = [...suspects];
    suspects.clear();
    names.forEach((name) => guards.get(name)!.reset());
  }

  return {
    fire(operation, action) {
      const guard = guardOf(operation);
      if (shared === undefined) return guard.fire(operation, action);
      const name = operations[operation].breaker;
      const call = { guard, operation, action, onOutage: () => suspect(name) };
      const admission = shared.admit(name);
      return 'then' in admission ? admission.then((each) => admitted(each, call)) : admitted(admission, call);
    },
    states: () =>
      Object.fromEntries(operationClasses.map((name) => [name, stateOf(name)])) as ReturnType<
        Breakers['states']
      >,
    openForMs(operation) {
      const name = operations[operation].breaker;
      return Math.max(shared?.openForMs(name) ?? 0, guards.get(name)!.openForMs());
    },
    reset: (name) => chosen(name).forEach((guard) => guard.reset()),
    open: (name) => chosen(name).forEach((guard) => guard.open()),
    close: () => chosen().forEach((guard) => guard.close()),
  };
}

interface Call<T> {
  guard: Guard;
  operation: OperationName;
  action: () => Promise<T>;
  /** A call that was no probe has failed. */
  onOutage: () => void;
}

async function admitted<T>(
  admission: Admission,
  { guard, operation, action, onOutage }: Call<T>,
): Promise<T> {
  if (admission.kind === 'refused') {
    const { retryAfterMs } = admission;
    throw new GmailUnavailableError({ operation, reason: 'breaker-open', retryAfterMs });
  }
  let isAlive = true;
  try {
    return await guard.fire(operation, action);
  } catch (error) {
    // An aborted probe has proved nothing, so it must not close the breaker.
    isAlive = isAnswer(error) && !isOutage(error);
    if (admission.kind === 'pass' && isOutage(error)) onOutage();
    throw error;
  } finally {
    if (admission.kind === 'probe') await admission.settle(isAlive);
  }
}
