import ansis from 'ansis';
import type { MachineFacts } from './machine.ts';
import { isGood } from './program.ts';
import type { Result, Row } from './program.ts';

/** The table of a run; colour only where a terminal shows it. */
export function tableOf({ source, rows }: Result, machine: MachineFacts): string {
  const cells = rows.map((row) => [row.goal, row.what, valueText(row), targetText(row), verdict(row)]);
  const head = ['goal', 'what', 'measured', 'wanted', ''];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((each) => each[column]!.length)),
  );
  const line = (each: string[]) =>
    each
      .map((text, column) => (column === 2 ? text.padStart(widths[2]!) : text.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [
    ansis.dim(factsText(machine)),
    ansis.dim(`with ${source}`),
    '',
    ansis.bold(line(head)),
    ...cells.map((each, index) => coloured(rows[index]!, line(each))),
  ].join('\n');
}

export function factsText({ cpu, cores, memoryGb, system, node, loadBefore, commit }: MachineFacts): string {
  return `${cores} × ${cpu}, ${memoryGb} GB, ${system}, Node ${node}, load ${loadBefore} before, commit ${commit}`;
}

function coloured(row: Row, text: string): string {
  const good = isGood(row);
  if (good === undefined) return text;
  return good ? ansis.green(text) : ansis.red(text);
}

function verdict(row: Row): string {
  const good = isGood(row);
  if (good === undefined) return '';
  return good ? 'ok' : 'missed';
}

function valueText({ value, unit }: Row): string {
  return `${numberText(value)}${unit === '' ? '' : ` ${unit}`}`;
}

function targetText({ target, unit }: Row): string {
  if (target === undefined) return '';
  const [sign, value] = 'min' in target ? ['≥', target.min] : ['≤', target.max];
  return `${sign} ${numberText(value)}${unit === '' ? '' : ` ${unit}`}`;
}

/** Three digits that count, and no more. */
export function numberText(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
