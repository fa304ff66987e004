/** `npm test`: everything that has to hold before a change is taken. Runs on after a failure, and says all of them. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ansis } from 'ansis';
import { checkSteps } from './check-steps.ts';
import { runSteps } from './run-steps.ts';
import { createProgress, wantsColour } from './progress.ts';
import { ensureDatabaseClient, npmProgram } from './prepare.ts';

const repository = resolve(import.meta.dirname, '..', '..', '..');
const colour = wantsColour();
const ansis = new Ansis(colour ? 1 : 0);

process.exit(await main());

async function main(): Promise<number> {
  const progress = createProgress({ colour });
  if (!existsSync(join(repository, 'node_modules'))) {
    progress.fail('The packages are not installed. Install them with: npm ci');
    return 1;
  }
  await ensureDatabaseClient(repository, progress);
  const steps = checkSteps({ npm: npmProgram(), only: process.argv.slice(2) });
  const results = await runSteps(steps, {
    cwd: repository,
    colour,
    write: (text) => void process.stdout.write(text),
  });

  progress.plain('');
  for (const { name, ok, seconds } of results) {
    const mark = ok ? ansis.green('✓') : ansis.red('✗');
    progress.plain(`${mark} ${name.padEnd(12)} ${ansis.dim(`${seconds.toFixed(1)} s`)}`);
  }
  const failed = results.filter(({ ok }) => !ok).length;
  progress.plain('');
  progress.plain(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 && results.length > 0 ? 0 : 1;
}
