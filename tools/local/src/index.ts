export { parseArguments, UsageError } from './arguments.ts';
export { createCrew } from './crew.ts';
