/** `npm run bench -- <name>`: what it costs, as ratios and counts. */
import { runPrograms } from './kit/run-programs.ts';

await runPrograms(import.meta.dirname, 'bench');
