// Which works may go on at the same time in one process: a message that has killed two processes is tried while
// nothing else is in hand, so that a third death blames it and nobody else.

export interface Company {
  /** Goes on beside others of its kind. */
  together<T>(work: () => Promise<T>): Promise<T>;
  /** Goes on when all others have ended, and no other begins until it has. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** Nobody waits longer than `patienceMs` (2,000): a call that hangs must not hold up the whole process. */
export function createCompany(patienceMs = 2_000): Company {
  const going = new Set<Promise<unknown>>();
  let lastAlone: Promise<unknown> = Promise.resolve();

  return {
    // Who waits counts as going on, so that each waits for those before it and nobody overtakes.
    async together(work) {
      const running = within(patienceMs, lastAlone).then(work);
      going.add(running);
      try {
        return await running;
      } finally {
        going.delete(running);
      }
    },
    alone(work) {
      const others = [...going, lastAlone];
      const running = within(patienceMs, Promise.allSettled(others)).then(work);
      lastAlone = running;
      return running;
    },
  };
}

async function within(ms: number, ended: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([ended.catch(() => undefined), late]);
  clearTimeout(timer);
}
