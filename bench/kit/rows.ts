import type { Row } from './program.ts';

export function row(goal: string, what: string, value: number, unit: string, target?: Row['target']): Row {
  return { goal, what, value, unit, ...(target && { target }) };
}

export function sum(numbers: object): number {
  return Object.values(numbers).reduce((total: number, value: number) => total + value, 0);
}
