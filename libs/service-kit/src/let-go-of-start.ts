/**
 * Gives back what reading the code left behind, a second after it is read: a quarter of what an idle process would hold
 * (`npm run bench -- start`). V8 does so by itself after minutes of work at the earliest, and keeps the room. It takes
 * 40 ms once. Without `--expose-gc` nothing happens: the gateway goes without, whose requests would pay a fifth more for
 * years to come, V8 making room again only as it must (`npm run bench -- gateway`).
 */
export function letGoOfStart(): void {
  const letGo = () => globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setTimeout(letGo, 1_000).unref();
}
