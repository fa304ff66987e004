/**
 * Resolves at the first Ctrl-C, SIGTERM or SIGHUP. npm passes a Ctrl-C on, so each comes twice: only one that
 * comes much later is a second one, and ends this process at once.
 */
export function untilAskedToStop(): Promise<'asked'> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        first ??= Date.now();
        resolve('asked');
        if (Date.now() - first > 2_000) process.exit(130);
      });
    }
  });
}
