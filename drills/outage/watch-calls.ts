import type { GmailSimulator } from '@finito/gmail-simulator';
import { sum } from '../../bench/kit/rows.ts';

export interface Second {
  calls: number;
  units: number;
}

export type CallWatch = ReturnType<typeof watchCalls>;

const everyMs = 100;

/** What Gmail was asked when; each part of a batch is a call. */
export function watchCalls(simulator: GmailSimulator) {
  const seen: { at: number; calls: number; units: number; met: number }[] = [];
  const look = () => {
    const { calls, units } = simulator.report();
    seen.push({ at: performance.now(), calls: sum(calls), units, met: simulator.faultsMet() });
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    stop: () => clearInterval(timer),
    /** Whole seconds from then, or from the beginning, until now. */
    seconds(from = seen[0]!.at): Second[] {
      const since = seen.filter(({ at }) => at >= from - everyMs);
      const marks = since.filter((_, index) => index % (1_000 / everyMs) === 0);
      return marks.slice(1).map((mark, index) => ({
        calls: mark.calls - marks[index]!.calls,
        units: mark.units - marks[index]!.units,
      }));
    },
    /** Calls that a fault has met since then, in the second that had most of them. */
    mostMetInASecond(from: number): number {
      const since = seen.filter(({ at }) => at >= from);
      const steps = 1_000 / everyMs;
      return Math.max(0, ...since.slice(steps).map(({ met }, index) => met - since[index]!.met));
    },
  };
}
