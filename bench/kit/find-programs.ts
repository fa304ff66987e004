import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Program } from './program.ts';

export type Kind = 'bench' | 'drill';

export function programNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^[a-z-]+\.ts$/.test(name) && name !== 'main.ts')
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();
}

/** The first sentence of the file's head comment. */
export function aboutProgram(folder: string, name: string): string {
  const lines = readFileSync(join(folder, `${name}.ts`), 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  const text = lines
    .slice(0, Math.max(0, end))
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join(' ');
  return text.split(/(?<=\.)\s/)[0] ?? '';
}

/** @throws Error when the file exports no function of that kind. */
export async function loadProgram(folder: string, kind: Kind, name: string): Promise<Program> {
  const module = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as Record<string, unknown>;
  const run = Object.entries(module).find(
    ([exported, value]) => exported.startsWith(kind) && typeof value === 'function',
  )?.[1];
  if (!run) throw new Error(`${name}.ts exports no function whose name begins with "${kind}"`);
  return {
    name,
    run: run as Program['run'],
    options: (module['options'] ?? {}) as Program['options'],
  };
}
