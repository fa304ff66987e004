export interface Step {
  name: string;
  /** Arguments of this same Node. */
  args: string[];
  env?: Record<string, string>;
  withinMs: number;
  /** Names of steps that have to be over before, whatever their end. */
  after?: string[];
}

const MINUTE = 60_000;
/** No daemon is left behind. */
const NX = { NX_DAEMON: 'false', NX_TUI: 'false' };

/** What `npm test` does. `only` names steps, for a person at work on one of them; empty means all. */
export function checkSteps({ npm, only = [] }: { npm: string; only?: string[] }): Step[] {
  const tool = (path: string) => `node_modules/${path}`;
  const all: Step[] = [
    {
      name: 'format',
      args: [tool('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
      withinMs: 3 * MINUTE,
    },
    {
      // Without it the boundary rule is skipped in silence.
      name: 'graph',
      args: [tool('nx/dist/bin/nx.js'), 'graph', '--file=.nx/graph.json'],
      env: NX,
      withinMs: 2 * MINUTE,
    },
    {
      name: 'lint',
      args: [tool('eslint/bin/eslint.js'), '.'],
      env: NX,
      withinMs: 6 * MINUTE,
      after: ['graph'],
    },
    { name: 'knip', args: [tool('knip/bin/knip.js'), '--no-config-hints'], withinMs: 2 * MINUTE },
    {
      name: 'types',
      args: [tool('typescript/bin/tsc'), '-p', 'tsconfig.json', '--noEmit'],
      withinMs: 4 * MINUTE,
    },
    {
      name: 'web types',
      args: [tool('typescript/bin/tsc'), '-p', 'web/tsconfig.json', '--noEmit'],
      withinMs: 4 * MINUTE,
    },
    { name: 'build', args: [npm, 'run', '--silent', 'build'], withinMs: 4 * MINUTE },
    {
      name: 'tests',
      args: ['--experimental-vm-modules', '--no-warnings', tool('jest/bin/jest.js')],
      withinMs: 20 * MINUTE,
      // The tests have the machine to themselves: some of them look at clocks.
      after: ['format', 'graph', 'lint', 'knip', 'types', 'web types', 'build'],
    },
  ];
  return only.length === 0 ? all : all.filter(({ name }) => only.includes(name));
}
