import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { until } from '@finito/testing';
import { isRunning, stopByPid } from './process-by-pid.ts';
import type { KnownProcess } from './process-by-pid.ts';
import { LocalProblem } from './problem.ts';

export interface RunLock {
  /** Remembers a child, so that the next start can end it if this process is killed. */
  add(child: KnownProcess): void;
  release(): void;
}

const holderSchema = z.object({
  pid: z.number(),
  marker: z.string(),
  children: z.array(z.object({ pid: z.number(), marker: z.string(), signal: z.enum(['SIGTERM', 'SIGINT']) })),
});

type Holder = z.infer<typeof holderSchema>;

/** On the command line as it was typed, which is not always the whole path. */
const MARKER = join('local', 'src', 'main.ts');

/**
 * One start per data directory. A lock whose process is gone is taken over, and what that process left
 * running is stopped first.
 * @throws LocalProblem when another start holds it.
 */
export async function takeRunLock(dataDir: string, log: (line: string) => void): Promise<RunLock> {
  const file = join(dataDir, 'running.json');
  makeFolder(dataDir);
  const mine: Holder = { pid: process.pid, marker: MARKER, children: [] };
  if (!createExclusively(file, mine)) {
    const holder = await readHolder(file);
    if (holder !== undefined && isRunning(holder.pid, holder.marker)) {
      throw new LocalProblem(
        `Finito Mail already runs on ${dataDir} (process ${holder.pid}). Stop it with Ctrl-C in its terminal or ` +
          `"kill ${holder.pid}", or start a second one with another FINITO_DATA_DIR and PORT.`,
      );
    }
    if (holder !== undefined) await stopLeftovers(holder, log);
    rmSync(file, { force: true });
    if (!createExclusively(file, mine))
      throw new LocalProblem(`Another start was a moment faster on ${dataDir}`);
  }
  return {
    add(child) {
      mine.children = [...mine.children.filter(({ pid, marker }) => isRunning(pid, marker)), child];
      writeFileSync(file, JSON.stringify(mine));
    },
    release: () => rmSync(file, { force: true }),
  };
}

function createExclusively(file: string, holder: Holder): boolean {
  try {
    const handle = openSync(file, 'wx', 0o600);
    writeSync(handle, JSON.stringify(holder));
    closeSync(handle);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw notWritable(dirname(file), error);
  }
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw notWritable(dataDir, error);
  }
}

function notWritable(dataDir: string, cause: unknown): LocalProblem {
  const { code } = cause as NodeJS.ErrnoException;
  return new LocalProblem(
    `Nothing can be written in ${dataDir} (${code}). Start as the user it belongs to, make room if the disk is ` +
      'full, or set FINITO_DATA_DIR to another folder.',
    { cause },
  );
}

/** The other start may be between making the file and filling it. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return await until(() => holderSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), { timeoutMs: 500 });
  } catch {
    return undefined;
  }
}

async function stopLeftovers({ pid, children }: Holder, log: (line: string) => void): Promise<void> {
  const left = children.filter((child) => isRunning(child.pid, child.marker));
  if (left.length === 0) return;
  log(
    `The last start (process ${pid}) was killed; ${left.length} of its processes still run and are stopped first`,
  );
  await Promise.all(left.map((child) => stopByPid(child, 8_000)));
}
