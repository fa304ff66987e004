import ansis from 'ansis';

/** One line that is written over in a terminal; elsewhere a line whenever the text changes, at most every two seconds. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr) {
  let last = '';
  let writtenAt = 0;
  return {
    show(text: string): void {
      if (stream.isTTY) {
        stream.write(`\r\x1b[2K${ansis.cyan('›')} ${text.slice(0, (stream.columns ?? 80) - 4)}`);
      } else if (text !== last && Date.now() - writtenAt > 2_000) {
        stream.write(`› ${text}\n`);
        writtenAt = Date.now();
      }
      last = text;
    },
    end(): void {
      if (stream.isTTY && last !== '') stream.write('\r\x1b[2K');
      last = '';
    },
  };
}
