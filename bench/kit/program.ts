// What a benchmark or a drill is: a file beside main.ts with one exported function whose name begins with
// "bench" or "drill". Its head comment is its line in the list.

export interface Row {
  /** Its number in GOALS.md, such as `S1`. */
  goal: string;
  what: string;
  value: number;
  /** `×`, `%`, `ms`; empty for a count. */
  unit: string;
  /** The least, or the most, that is good enough; absent: for information. */
  target?: { min: number } | { max: number };
}

export interface Result {
  /** What was measured with: which mail, how much of it. */
  source: string;
  rows: Row[];
}

export interface Kit {
  /** What happens now; shown while it happens, on the standard error. */
  progress: (text: string) => void;
  /** What the module's `options` are in this run. */
  options: Readonly<Record<string, number>>;
  /** Aborted by Ctrl-C: servers and processes have to be ended first. */
  signal: AbortSignal;
}

export interface Program {
  name: string;
  run: (kit: Kit) => Promise<Result>;
  /** Numbers that the command line may change, with what they are without. */
  options: Record<string, number>;
}

export function isGood({ value, target }: Row): boolean | undefined {
  if (target === undefined) return undefined;
  return 'min' in target ? value >= target.min : value <= target.max;
}
