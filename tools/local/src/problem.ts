/** Something the person who started it can put right; the message says what and how, and no stack is shown. */
export class LocalProblem extends Error {
  override name = 'LocalProblem';
}
