import { appendFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LogFile {
  readonly path: string;
  /** Takes pieces of output as they come; a line that is cut in two is put together again. */
  write(chunk: string): void;
  /** The last lines, oldest first. */
  lastLines(): string[];
}

export interface LogFileOptions {
  path: string;
  /** Told each line that reports an error: its service's own words, without the JSON around them. */
  onError?: (message: string) => void;
  /** A larger file is put aside; default 20 MB. */
  maxBytes?: number;
}

const KEPT_FILES = 3;
const KEPT_LINES = 25;

/** The log of one service in a file; the one of the last start is kept beside it as `.1`, up to `.3`. */
export function openLogFile({ path, onError, maxBytes = 20_000_000 }: LogFileOptions): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  rotate(path);
  let bytes = 0;
  let rest = '';
  const lines: string[] = [];
  return {
    path,
    lastLines: () => [...lines, ...(rest === '' ? [] : [rest])],
    write(chunk) {
      if (bytes > maxBytes) {
        rotate(path);
        bytes = 0;
      }
      appendFileSync(path, chunk);
      bytes += Buffer.byteLength(chunk);
      const pieces = (rest + chunk).split('\n');
      rest = pieces.pop() ?? '';
      for (const line of pieces) {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
        const error = errorIn(line);
        if (error !== undefined) onError?.(error);
      }
    },
  };
}

function rotate(path: string): void {
  for (let number = KEPT_FILES - 1; number >= 0; number -= 1) {
    const from = number === 0 ? path : `${path}.${number}`;
    if (existsSync(from)) renameSync(from, `${path}.${number + 1}`);
  }
  writeFileSync(path, '');
}

function errorIn(line: string): string | undefined {
  if (!/"level":\s*("error"|"fatal"|50|60)/.test(line)) return undefined;
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { name?: string; message?: string } };
    return [msg, err?.message ?? err?.name].filter(Boolean).join(': ');
  } catch {
    return line;
  }
}
