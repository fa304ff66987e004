import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import ansis from 'ansis';
import { aboutProgram, loadProgram, programNames } from './find-programs.ts';
import type { Kind } from './find-programs.ts';
import { machineFacts } from './machine.ts';
import { isGood } from './program.ts';
import type { Program } from './program.ts';
import { progressLine } from './progress-line.ts';
import { tableOf } from './table.ts';

/** No program of that name, or a number that is none; the message says which. */
class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * The command line of `npm run bench` and `npm run drills`: without a name the list of what there is, else
 * a table on the standard output and the same as JSON in `results/`. Ends with 1 where a goal was missed,
 * with 2 where there was nothing to run.
 */
export async function runPrograms(folder: string, kind: Kind): Promise<void> {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name.startsWith('-')) return console.log(listOf(folder, kind));
  try {
    if (!programNames(folder).includes(name)) throw new UsageError(`there is no ${kind} "${name}"`);
    const program = await loadProgram(folder, kind, name);
    const options = optionsOf(program, args);
    if (options === 'help') return console.log(helpOf(folder, program));
    process.exitCode = (await runOne(folder, program, options)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${listOf(folder, kind)}`);
    process.exitCode = 2;
  }
}

async function runOne(folder: string, program: Program, options: Record<string, number>): Promise<boolean> {
  const machine = machineFacts();
  const progress = progressLine();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stop.abort(new Error('interrupted')));
  }
  const startedAt = performance.now();
  try {
    const result = await program.run({ progress: progress.show, options, signal: stop.signal });
    progress.end();
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    console.log(tableOf(result, machine));
    const path = join(folder, 'results', `${program.name}.json`);
    mkdirSync(join(folder, 'results'), { recursive: true });
    writeFileSync(path, `${JSON.stringify({ machine, options, seconds, ...result }, null, 2)}\n`);
    console.log(ansis.dim(`\n${seconds} s; the same as JSON in ${path}`));
    return result.rows.every((row) => isGood(row) !== false);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    progress.end();
    console.error('interrupted; everything it started is ended');
    // A connection of the program's that it had no time to close does not keep the process.
    process.exit(1);
  } finally {
    progress.end();
  }
}

function listOf(folder: string, kind: Kind): string {
  const command = kind === 'bench' ? 'npm run bench' : 'npm run drills';
  const names = programNames(folder);
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `  ${ansis.bold(name.padEnd(width))}  ${aboutProgram(folder, name)}`);
  return [`Usage: ${command} -- <name> [--option N]   (<name> --help shows the options)`, '', ...lines].join(
    '\n',
  );
}

function helpOf(folder: string, { name, options }: Program): string {
  const lines = Object.entries(options).map(([option, usual]) => `  --${option} N   default ${usual}`);
  return [aboutProgram(folder, name), '', ...(lines.length > 0 ? lines : ['  no options'])].join('\n');
}

function optionsOf({ name, options }: Program, args: string[]): Record<string, number> | 'help' {
  const known = Object.fromEntries(
    Object.keys(options).map((option) => [option, { type: 'string' } as const]),
  );
  let values: Record<string, unknown>;
  try {
    values = parseArgs({ args, options: { ...known, help: { type: 'boolean' } } }).values;
  } catch (cause) {
    throw new UsageError(`${name}: ${(cause as Error).message.split('. ')[0]}`, { cause });
  }
  if (values['help']) return 'help';
  const given = Object.entries(values).map(([option, text]) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(String(text))) {
      throw new UsageError(`${name}: --${option} has to be a number, not "${String(text)}"`);
    }
    return [option, value] as const;
  });
  return { ...options, ...Object.fromEntries(given) };
}
