/** What Gmail might do at its strictest: any call that would bring the last minute above the limit is counted as over. */
export function createSlidingWindowServer({ limit, windowMs }: { limit: number; windowMs: number }) {
  const received: { at: number; units: number }[] = [];
  return {
    receive(at: number, units: number): void {
      received.push({ at, units });
    },
    /** The fullest window as a share of the limit. */
    peak(): number {
      const calls = received.toSorted((a, b) => a.at - b.at);
      let [sum, most, oldest] = [0, 0, 0];
      for (const call of calls) {
        sum += call.units;
        for (let first = calls[oldest]; first && first.at <= call.at - windowMs; first = calls[++oldest])
          sum -= first.units;
        most = Math.max(most, sum);
      }
      return most / limit;
    },
    /** Units received in [from, to). */
    total(from: number, to: number): number {
      return received.reduce((sum, { at, units }) => sum + (at >= from && at < to ? units : 0), 0);
    },
  };
}
