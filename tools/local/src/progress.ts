import { Ansis } from 'ansis';

export interface Progress {
  /** Something stands. */
  done(what: string, detail?: string): void;
  /** Something takes its time, or the reader should know of it. */
  note(text: string): void;
  /** Something is wrong but it goes on. */
  warn(text: string): void;
  fail(text: string): void;
  /** As it is. */
  plain(text: string): void;
}

/** Whether to colour: on a terminal, unless NO_COLOR or CI is set. */
export function wantsColour(stream: { isTTY?: boolean } = process.stdout): boolean {
  const { NO_COLOR, CI, TERM } = process.env;
  return stream.isTTY === true && !NO_COLOR && !CI && TERM !== 'dumb';
}

/** Lines for the person who started it, each with the seconds since the start. */
export function createProgress({
  write = (line: string) => void process.stdout.write(`${line}\n`),
  colour = wantsColour(),
  now = () => performance.now(),
} = {}): Progress {
  const ansis = new Ansis(colour ? 1 : 0);
  const start = now();
  const elapsed = () => ansis.dim(`${((now() - start) / 1_000).toFixed(1).padStart(5)} s`);
  const line = (mark: string, text: string) => write(`${elapsed()}  ${mark} ${text}`);
  return {
    done: (what, detail) =>
      line(ansis.green('✓'), detail === undefined ? what : `${what}  ${ansis.dim(detail)}`),
    note: (text) => line(ansis.dim('·'), text),
    warn: (text) => line(ansis.yellow('!'), ansis.yellow(text)),
    fail: (text) => line(ansis.red('✗'), ansis.red(text)),
    plain: write,
  };
}
