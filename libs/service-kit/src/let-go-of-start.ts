/**
 * Gives back what reading the code left behind, a second after it is read: a fifth of what an idle worker would hold
 * (`npm run bench -- start`). Left to itself, V8 makes its heap smaller after half a minute and keeps the memory. It takes
 * 40 ms once. Without `--expose-gc` nothing happens: the gateway goes without, since V8 makes room for thousands of streams
 * again while they open, and keeps it then: 24 kB a stream, not 19 (`npm run bench -- gateway`).
 */
export function letGoOfStart(): void {
  const letGo = () => globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setTimeout(letGo, 1_000).unref();
}
