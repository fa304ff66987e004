import type { DestinationStream } from 'pino';

export interface LineGatherer extends DestinationStream {
  /** Writes what waits, now. */
  flush(): void;
}

/** A line that comes after so long a silence goes out at once; others wait for each other so long at most. */
const gatherMs = 20;
const maxWaiting = 32_768;
/** pino's numbers: https://getpino.io/#/docs/api?id=loggerlevels-object */
const warning = 40;

/**
 * Writes lines that come in quick succession with one system call, which costs more than to make them. A warning takes
 * with it all that waits. What kills the process without notice (SIGKILL, memory) loses the lines of the last 20 ms.
 */
export function gatherLines(write: (lines: string) => void): LineGatherer {
  let waiting = '';
  let writtenAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    writtenAt = performance.now();
    const lines = waiting;
    waiting = '';
    if (lines !== '') write(lines);
  }

  return {
    // pino then tells the level of each line beforehand.
    ...{ [Symbol.for('pino.metadata')]: true, lastLevel: 0 },
    write(this: { lastLevel?: number }, line: string) {
      waiting += line;
      const isUrgent = (this.lastLevel ?? warning) >= warning || waiting.length > maxWaiting;
      if (isUrgent || (!timer && performance.now() - writtenAt > gatherMs)) flush();
      else timer ??= setTimeout(flush, gatherMs).unref();
    },
    flush,
  };
}
