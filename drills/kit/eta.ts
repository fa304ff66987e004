import type { Kit } from '../../bench/kit/program.ts';

/** Tells how far something is, and how long the rest will take at the pace so far. */
export function createEta(progress: Kit['progress'], name: string, now = () => performance.now()) {
  const startedAt = now();
  return (done: number, total: number, what: string): void => {
    const seconds = (now() - startedAt) / 1_000;
    const left =
      done > 0 && done < total ? ` · about ${Math.ceil((seconds / done) * (total - done))} s left` : '';
    const count = (number: number) => Math.round(number).toLocaleString('en');
    progress(`${name}: ${count(done)} of ${count(total)} ${what} after ${Math.round(seconds)} s${left}`);
  };
}
