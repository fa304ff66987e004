let last = 0;

/** Milliseconds since 1970, never the same twice: what came after a moment is told from what came before. */
export function strictlyLater(): number {
  last = Math.max(Date.now(), last + 1);
  return last;
}
