/** `npm run drills -- <name>`: what it survives, against the truth. */
import { runPrograms } from '../bench/kit/run-programs.ts';

await runPrograms(import.meta.dirname, 'drill');
