import { createRandom } from './random.ts';

/** Draws from a log-normal distribution around a median, the same numbers in each run. */
export function latencies(medianMs: number, sigma: number): () => number {
  if (medianMs <= 0 || sigma <= 0) return () => Math.max(0, medianMs);
  const { next } = createRandom(1);
  // Box and Muller's way from two even numbers to a normal one.
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return () => medianMs * Math.exp(sigma * normal());
}
