// What `npm run readiness` and `npm run doctor` find: one fact each, with what to do where it is not as it should be.

export type Verdict = 'good' | 'partly' | 'bad' | 'not asked';

export interface Finding {
  /** What was looked at, as a claim that should hold. */
  what: string;
  verdict: Verdict;
  /** What was read: a figure, a name; never a secret. */
  read?: string;
  /** What to do, where there is something to do. */
  advice?: string;
}

export function good(what: string, read?: string): Finding {
  return { what, verdict: 'good', ...(read !== undefined && { read }) };
}

export function bad(what: string, read: string, advice: string): Finding {
  return { what, verdict: 'bad', read, advice };
}

export function partly(what: string, read: string, advice: string): Finding {
  return { what, verdict: 'partly', read, advice };
}

export function notAsked(what: string, advice: string): Finding {
  return { what, verdict: 'not asked', advice };
}

/** `good` where it holds, else `bad`. */
export function expectThat(
  what: string,
  holds: boolean,
  { read, advice }: { read: string; advice: string },
): Finding {
  return holds ? good(what, read) : bad(what, read, advice);
}

const marks: Record<Verdict, string> = { good: '✔', partly: '◐', bad: '✘', 'not asked': '–' };

export function linesOf(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ what, verdict, read, advice }) => [
    `${marks[verdict]} ${what}${read === undefined ? '' : ` (${read})`}`,
    ...(advice === undefined || verdict === 'good' ? [] : [`    ${advice}`]),
  ]);
}

/** Of 100, over what could be asked: all for what is good, half for what partly is. */
export function scoreOf(findings: readonly Finding[]): { score: number; asked: number } {
  const asked = findings.filter(({ verdict }) => verdict !== 'not asked');
  const points = asked.reduce(
    (sum, { verdict }) => sum + (verdict === 'good' ? 1 : verdict === 'partly' ? 0.5 : 0),
    0,
  );
  return { score: asked.length === 0 ? 0 : Math.floor((100 * points) / asked.length), asked: asked.length };
}
