// Every requirement that the product was asked for has a test that is named after its number: `R7: …`.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { codeBlocks, read, root } from './markdown.ts';

const last = 66;

it('every requirement has a test that is named after it', () => {
  const named = new Set(
    globSync('{libs,services,tools,web,test,e2e,drills}/**/*.test.ts', {
      cwd: root,
      exclude: ['**/node_modules/**', '**/dist/**'],
    }).flatMap((file) => numbersNamedIn(readFileSync(join(root, file), 'utf8'))),
  );
  const numbers = Array.from({ length: last }, (_, index) => index + 1);
  expect(numbers.filter((number) => !named.has(number)).map((number) => `R${number}`)).toEqual([]);
});

it('a number counts where a title begins with it, and of a test that runs', () => {
  const counting = "it('R1: a'); describe(\n  `R2, R3: ${b}`); it.each([\n])('R4: %s')";
  expect(numbersNamedIn(counting)).toEqual([1, 2, 3, 4]);
  expect(numbersNamedIn("it.skip('R1: a'); it.todo('R2: b'); it('as R3: says'); const t = 'R4: c';")).toEqual(
    [],
  );
});

it('R60: the runbook has the commands that show limits, breakers, Postgres, Redis and sync, and what to turn', () => {
  const runbook = read('docs/runbook.md');
  const commands = codeBlocks(runbook).join('\n');
  for (const command of [
    /^curl -sI .*\/api\/emails.* grep -i ratelimit/m,
    /^psql "\$DATABASE_URL" -c "SELECT 1;"/m,
    /^redis-cli -u "\$REDIS_URL" ping/m,
    /^psql .*"SELECT COUNT\(\*\) FROM emails WHERE created_at > NOW\(\) - INTERVAL '5 minutes'"/m,
    /^curl .*finito_gmail_breaker_state/m,
    /^curl .*\/api\/logs\/client-events\?admin=true/m,
  ]) {
    expect(commands).toMatch(command);
  }
  for (const name of ['GENERAL', 'AUTH', 'SYNC', 'HEALTH'])
    expect(runbook).toContain(`RATELIMIT_${name}_LIMIT`);
  expect(runbook).toContain('`errorThreshold: 30`, `resetTimeout: 60000`');
});

function numbersNamedIn(source: string): number[] {
  const titles = source.matchAll(/(?:(?<![.\w])(?:it|describe)|\))\(\s*['"`]((?:R\d+, )*R\d+): /g);
  return [...titles].flatMap(([, list = '']) => list.split(', ').map((name) => Number(name.slice(1))));
}
