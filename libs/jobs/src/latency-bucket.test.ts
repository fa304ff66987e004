import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { latencyBucket, latencyBuckets } from './latency-bucket.ts';

const middleOf = (ms: number) => latencyBuckets[latencyBucket(ms)]!;
const latency = fc.double({ min: 1, max: 3_600_000, noNaN: true });

describe('a latency bucket', () => {
  it('stands for each of its latencies within 5 %', () => {
    fc.assert(
      fc.property(latency, (ms) => {
        expect(Math.abs(middleOf(ms) - ms) / ms).toBeLessThanOrEqual(0.051);
      }),
    );
  });

  it('is never below that of a shorter latency', () => {
    fc.assert(
      fc.property(latency, latency, (left, right) => {
        const [shorter, longer] = left < right ? [left, right] : [right, left];
        expect(middleOf(shorter)).toBeLessThanOrEqual(middleOf(longer));
      }),
    );
  });

  it('is one of 152, whatever a client tells', () => {
    const seen = new Set<number>();
    for (let ms = 0; ms <= 3_600_000; ms = ms * 1.01 + 0.1) seen.add(middleOf(ms));
    seen.add(middleOf(0)).add(middleOf(3_600_000));
    expect(seen.size).toBeLessThanOrEqual(152);
    expect(latencyBuckets).toHaveLength(152);
  });
});
