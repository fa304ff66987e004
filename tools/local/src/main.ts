/** `npm start`: everything on this machine. Killed at any point, the next start cleans up and continues. */
import { join, resolve } from 'node:path';
import { LocalServerError } from '@finito/testing';
import { parseArguments, USAGE, UsageError } from './arguments.ts';
import { createCrew } from './crew.ts';
import { loadEnvFile } from './env-file.ts';
import { LocalProblem } from './problem.ts';
import { createProgress } from './progress.ts';
import { takeRunLock } from './run-lock.ts';
import type { RunLock } from './run-lock.ts';
import { localSettings } from './settings.ts';
import type { LocalSettings } from './settings.ts';
import { startStack } from './stack.ts';
import { untilAskedToStop } from './stop-signals.ts';
import { summary } from './summary.ts';

const repository = resolve(import.meta.dirname, '..', '..', '..');
const progress = createProgress();
/** After this everything is gone, whatever hangs. */
const STOP_WITHIN_MS = 9_500;

// Exits even when a build or a migration that was under way holds on; they end by themselves.
process.exit(await main(process.argv.slice(2)));

async function main(args: string[]): Promise<number> {
  let lock: RunLock | undefined;
  try {
    const parsed = parseArguments(args);
    if (parsed.help) {
      progress.plain(USAGE);
      return 0;
    }
    loadEnvFile(repository);
    const settings = localSettings(parsed, repository);
    lock = await takeRunLock(settings.dataDir, progress.note);
    return await runUntilStopped(settings, lock);
  } catch (error) {
    report(error);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    lock?.release();
  }
}

async function runUntilStopped(settings: LocalSettings, lock: RunLock): Promise<number> {
  progress.note(`Finito Mail starts; its data is in ${settings.dataDir}`);
  const crew = createCrew({ logsDir: join(settings.dataDir, 'logs'), progress });
  const asked = untilAskedToStop();
  let exitCode = 0;
  const started = startStack({ settings, progress, crew, lock });
  started.catch(() => undefined); // a failure after a Ctrl-C is its consequence
  try {
    const stack = await Promise.race([started, asked]);
    if (stack !== 'asked') {
      progress.plain(summary(settings, stack));
      exitCode = (await Promise.race([asked, crew.givenUp])) === 'asked' ? 0 : 1;
    }
  } catch (error) {
    report(error);
    exitCode = 1;
  }
  progress.note('Stopping');
  const late = setTimeout(() => {
    progress.fail('Not everything stopped in time; the next start cleans up');
    process.exit(1);
  }, STOP_WITHIN_MS);
  await crew.stop();
  clearTimeout(late);
  progress.done('All stopped');
  return exitCode;
}

function report(error: unknown): void {
  if (error instanceof UsageError) progress.plain(`${error.message}\n\n${USAGE}`);
  else if (error instanceof LocalProblem || error instanceof LocalServerError) progress.fail(error.message);
  else progress.fail(error instanceof Error ? error.message : String(error));
}
