// Three gateways behind HAProxy, two workers for each lane and two telemetry processes pass the end-to-end suite.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '@finito/testing';
import type { Kit, Result } from '../bench/kit/program.ts';
import { row } from '../bench/kit/rows.ts';

const root = join(import.meta.dirname, '..');

/** What jest says of a run (https://jestjs.io/docs/cli#--json). */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  /** That did not come to their tests. */
  numRuntimeErrorTestSuites: number;
  testResults: { message: string; assertionResults: { status: string; fullName: string }[] }[];
}

export async function drillFleet(kit: Kit): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'finito-fleet-'));
  const file = join(folder, 'report.json');
  try {
    kit.progress('the end-to-end suite against nine processes behind a proxy');
    const run = await startProcess({
      command: process.execPath,
      args: [
        ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', 'e2e/'],
        ...['--runInBand', '--json', `--outputFile=${file}`, '--testTimeout=240000'],
      ],
      cwd: root,
      env: { ...process.env, E2E_SHAPE: 'fleet' },
      onOutput: (chunk) => kit.progress(chunk.trim().split('\n').at(-1) ?? ''),
    });
    kit.signal.addEventListener('abort', () => run.signal('SIGINT'), { once: true });
    await run.exited;
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    for (const { message } of report.testResults) if (message !== '') console.error(`\n${message}`);
    const failed = report.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'failed');
    return {
      source:
        '3 gateways, 2 bulk and 2 interactive workers, 2 telemetry processes behind HAProxy; the tests of e2e/',
      rows: [
        row('issue 9', 'tests that passed', report.numPassedTests, '', { min: 1 }),
        row('issue 9', 'tests that failed', report.numFailedTests, '', { max: 0 }),
        row('issue 9', 'files of tests that did not run', report.numRuntimeErrorTestSuites, '', { max: 0 }),
        ...failed.map(({ fullName }) => row('issue 9', `  ${fullName}`, 1, '', { max: 0 })),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
