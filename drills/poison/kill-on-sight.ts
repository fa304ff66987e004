// Preloaded into workers (NODE_OPTIONS=--import): stands for the bug that nobody foresaw. Reading an answer that
// holds the mark kills the process, as a crash in native code or the system's memory killer would.
const mark = process.env['DRILL_DEADLY_MARK'];
const parse = JSON.parse;

if (mark) {
  JSON.parse = (text: string, ...rest: [reviver?: Parameters<typeof parse>[1]]) => {
    if (typeof text === 'string' && text.includes(mark)) process.kill(process.pid, 'SIGKILL');
    return parse(text, ...rest) as unknown;
  };
}
