// What is measured of a whole process, in one of its own: nothing but the measured work has filled its memory.
import { flow } from './flow.ts';
import { holdUps } from './hold-ups.ts';

const measures = { flow, holdUps };

console.log(JSON.stringify(await measures[process.argv[2] as keyof typeof measures]()));
