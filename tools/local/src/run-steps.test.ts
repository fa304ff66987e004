import { describe, expect, it } from '@jest/globals';
import { checkSteps } from './check-steps.ts';
import type { Step } from './check-steps.ts';
import { runSteps } from './run-steps.ts';

const step = (name: string, program: string, rest: Partial<Step> = {}): Step => ({
  name,
  args: ['-e', program],
  withinMs: 10_000,
  ...rest,
});

async function run(steps: Step[]) {
  let screen = '';
  const results = await runSteps(steps, { cwd: '/', colour: false, write: (text) => void (screen += text) });
  return { screen, ok: Object.fromEntries(results.map(({ name, ok }) => [name, ok])) };
}

describe('the steps of npm test', () => {
  it('all run, also after one has failed', async () => {
    const { ok } = await run([step('bad', 'process.exit(1)'), step('good', ''), step('late', '')]);
    expect(ok).toEqual({ bad: false, good: true, late: true });
  });

  it('never mix their lines, though two run at once', async () => {
    const talk = (word: string) =>
      `let n = 0; const t = setInterval(() => { console.log('${word}'); if (++n === 5) clearInterval(t) }, 20)`;
    const { screen } = await run([step('one', talk('uno')), step('two', talk('due'))]);
    const words = screen.split('\n').filter((line) => line === 'uno' || line === 'due');
    expect(words).toEqual([...Array<string>(5).fill('uno'), ...Array<string>(5).fill('due')]);
  });

  it('wait for those they come after, whatever their end', async () => {
    const first = step('first', "setTimeout(() => { console.log('first ends'); process.exit(1) }, 100)");
    const { screen, ok } = await run([
      first,
      step('second', "console.log('second begins')", { after: ['first'] }),
    ]);
    expect(screen.indexOf('first ends')).toBeLessThan(screen.indexOf('second begins'));
    expect(ok).toEqual({ first: false, second: true });
  });

  it('fail when they take too long, and are ended', async () => {
    const { ok, screen } = await run([step('slow', 'setInterval(() => {}, 1000)', { withinMs: 100 })]);
    expect(ok).toEqual({ slow: false });
    expect(screen).toContain('took longer');
  });

  it('fail when their program is not there', async () => {
    const { ok } = await run([step('absent', '', { args: ['/no/such/program.js'] })]);
    expect(ok).toEqual({ absent: false });
  });

  it('wait only for steps there are', () => {
    const steps = checkSteps({ npm: 'npm-cli.js' });
    const names = steps.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { after = [] } of steps) expect(names).toEqual(expect.arrayContaining(after));
  });

  it('can be picked by name, and those picked do not wait for the others', async () => {
    const [tests] = checkSteps({ npm: 'npm-cli.js', only: ['tests'] });
    expect(tests?.name).toBe('tests');
    const { ok } = await run([{ ...tests!, args: ['-e', ''] }]);
    expect(ok).toEqual({ tests: true });
  });
});
