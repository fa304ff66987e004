// The pages of docs/runbook say commands; here each is run as printed, against the whole product, and readiness and its
// doctor look at the same deployment.
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startProcess, until } from '@finito/testing';
import { aMail } from './mails.ts';
import { startStack } from './running-stack.ts';
import type { RunningStack } from './running-stack.ts';
import { signIn } from './sign-in.ts';

const root = join(import.meta.dirname, '..');
const emailAddress = 'robin@example.com';
const pages = globSync('docs/runbook/*.md', { cwd: root }).sort();
/** Last: nothing is left of the mailbox afterwards. */
const inOrder = [
  ...pages.filter((page) => !page.includes('erasure')),
  ...pages.filter((page) => page.includes('erasure')),
];
jest.setTimeout(240_000);

describe('docs/runbook', () => {
  let stack: RunningStack;
  let env: NodeJS.ProcessEnv;
  const folder = mkdtempSync(join(tmpdir(), 'finito-runbook-'));

  beforeAll(async () => {
    const messages = Array.from({ length: 20 }, (_, index) =>
      aMail({ from: 'ann@example.org', subject: `Letter ${index}`, text: 'Hello' }),
    );
    stack = await startStack([{ emailAddress, name: 'Robin', messages }]);
    const cookie = await signIn(stack.url, emailAddress);
    const ask = async (path: string, body?: object) =>
      (await fetch(stack.url + path, {
        headers: { cookie, 'content-type': 'application/json', origin: stack.url },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      }).then((response) => response.json())) as { token: string; items: { id: string; state: string }[] };
    const mailbox = await until(
      async () => (await ask('/api/mailboxes')).items.find(({ state }) => state === 'live'),
      { timeoutMs: 60_000, everyMs: 250, message: 'the mailbox to be in step' },
    );
    const { database } = stack.databases;
    env = {
      ...process.env,
      ...stack.settings,
      NODE_OPTIONS: '',
      TOKEN: (await ask('/api/auth/tokens', { name: 'runbook' })).token,
      MAILBOX: mailbox.id,
      BACKUP: join(folder, 'backup.dump'),
      RESTORED_URL: `${database.url}_restored`,
      FINITO_DATA_DIR: folder,
    };
  });
  afterAll(async () => {
    await stack?.close();
    rmSync(folder, { recursive: true });
  });

  it.each(inOrder)('%s', async (page) => {
    const missing = missingTools(page, String(env['DATABASE_URL']));
    if (missing !== undefined) return console.warn(`${page} is not tried here: ${missing}`);
    for (const commands of shellBlocks(page)) {
      const { status, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', commands], env);
      expect({ commands, status, stderr: status === 0 ? '' : stderr + stdout }).toMatchObject({ status: 0 });
      if (/count\(\*\) FROM emails/.test(commands)) {
        await until(async () => (await run('bash', ['-c', commands], env)).stdout.trim() === '0', {
          timeoutMs: 30_000,
          everyMs: 250,
          message: 'nothing to be left of the mailbox',
        });
      }
      if (/WHERE listed <> /.test(commands)) expect(stdout.trim().split('\n').at(-1)).toBe('0');
    }
  });

  it('R66: readiness measures a score over all it can ask, and names what a test deployment lacks', async () => {
    const { status, stdout } = await run(process.execPath, nodeArgs('readiness', '--json'), env);
    const report = JSON.parse(stdout) as {
      score: number;
      isReady: boolean;
      sections: Record<string, { what: string; verdict: string }[]>;
    };
    const all = Object.values(report.sections).flat();
    const notGood = all
      .filter(({ verdict }) => verdict === 'bad' || verdict === 'partly')
      .map(({ what }) => what);
    // This stack has http only, keeps nothing on disk, and short keys; everything else has to be right.
    expect(notGood.sort()).toEqual([
      'Redis keeps an append-only file',
      'it is archived or replicated',
      'it is reached over https',
      'what is committed is on disk',
    ]);
    expect(all.length).toBeGreaterThan(30);
    expect(report.score).toBeGreaterThan(80);
    expect({ status, isReady: report.isReady }).toEqual({
      status: report.score >= 95 ? 0 : 1,
      isReady: report.score >= 95,
    });
  });

  it('the doctor finds no fault with Google and the databases but what readiness found', async () => {
    expect(await run(process.execPath, nodeArgs('doctor', 'google'), env)).toMatchObject({ status: 0 });
    const redis = await run(process.execPath, nodeArgs('doctor', 'redis'), env);
    expect(redis).toMatchObject({ status: 1 });
    expect(redis.stdout).toContain('append-only file');
    expect(await run(process.execPath, nodeArgs('doctor', 'surgery'), env)).toMatchObject({ status: 2 });
  });
});

const nodeArgs = (program: string, ...args: string[]) => [
  '--disable-warning=ExperimentalWarning',
  join(root, `tools/operate/src/${program}.ts`),
  ...args,
];

async function run(command: string, args: string[], env: NodeJS.ProcessEnv) {
  const running = await startProcess({ command, args, env, cwd: root });
  let stdout = '';
  running.child.stdout?.on('data', (chunk: string) => (stdout += chunk));
  const status = await running.exited;
  return { status, stdout, stderr: running.output() };
}

function shellBlocks(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

/** Postgres' own tools may be missing here, or be of an older version than its server. */
function missingTools(page: string, databaseUrl: string): string | undefined {
  const text = shellBlocks(page).join('\n');
  const tools = ['curl', 'psql', 'openssl', 'pg_dump', 'createdb'].filter((tool) =>
    new RegExp(`\\b${tool}\\b`).test(text),
  );
  const absent = tools.filter(
    (tool) => spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status !== 0,
  );
  if (absent.length > 0) return `no ${absent.join(', ')} here`;
  if (!tools.includes('pg_dump')) return undefined;
  const major = (text_: string) => Number(/(\d+)(\.|devel|$)/m.exec(text_)?.[1]);
  const server = major(
    execFileSync('psql', [databaseUrl, '-Atc', 'SHOW server_version'], { encoding: 'utf8' }),
  );
  const dump = major(execFileSync('pg_dump', ['--version'], { encoding: 'utf8' }));
  return dump < server ? `pg_dump ${dump} cannot read Postgres ${server} (${basename(page)})` : undefined;
}
