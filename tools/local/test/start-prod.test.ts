// npm run start:prod: the services only, against given addresses.
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, freePort, startProcess, isPortFree, testRedis, until } from '@finito/testing';
import { freshPage, freshServices } from '../src/fresh-build.ts';
import { missingForProduction } from '../src/production-settings.ts';

const repository = resolve(import.meta.dirname, '..', '..', '..');

const nothing = Object.fromEntries(
  missingForProduction({}).flatMap((line) =>
    line
      .split(':')[0]!
      .split(' or ')
      .map((name) => [name, '']),
  ),
);

const startProd = (env: Record<string, string>) =>
  startProcess({
    command: process.execPath,
    args: [join('tools', 'local', 'src', 'start-prod.ts')],
    cwd: repository,
    // Set and empty: a file .env of the person who runs the tests is not taken then.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...nothing, ...env },
  });

async function settings(): Promise<Record<string, string>> {
  const secret = () => randomBytes(32).toString('base64');
  return {
    NEXTAUTH_SECRET: secret(),
    TOKEN_ENCRYPTION_KEYS: `k1:${secret()}`,
    HEALTH_API_KEY: secret(),
    ADMIN_API_KEY: secret(),
    GOOGLE_CLIENT_ID: 'a-client',
    GOOGLE_CLIENT_SECRET: 'its-secret',
    PUBLIC_URL: 'http://localhost:3001',
    PORT: String(await freePort()),
    ADMIN_PORT: String(await fourFreePorts()),
  };
}

describe('npm run start:prod', () => {
  beforeAll(async () => void (await Promise.all([freshPage(), freshServices()])), 120_000);

  it('refuses to start with a list of all that is missing', async () => {
    const refused = await startProd({ DATABASE_URL: 'postgresql://nobody@127.0.0.1/none' });
    await refused.expectExit(1);
    const said = refused.output();
    expect(said).toContain('Missing:');
    for (const name of ['REDIS_URL', 'NEXTAUTH_SECRET', 'GOOGLE_CLIENT_ID', 'PUBLIC_URL'])
      expect(said).toContain(name);
    expect(said).not.toContain('DATABASE_URL');
  });

  it('refuses a database that was not migrated, and names the command', async () => {
    const [database, redis] = [await createTestDatabase(), await testRedis()];
    const given: Record<string, string> = {
      ...(await settings()),
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
    };
    const refused = await startProd(given);
    await refused.expectExit(1, 30_000);
    expect(refused.output()).toContain('npm run migrate');
    await database.drop();
  }, 60_000);

  it('R57: starts against given addresses, writes nothing but JSON lines to standard output, and ends with 0', async () => {
    const [database, redis] = [await createTestDatabase(), await testRedis()];
    const given: Record<string, string> = {
      ...(await settings()),
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
    };
    const migrated = await startProcess({
      command: process.execPath,
      args: [join('prisma', 'migrate.ts')],
      cwd: repository,
      env: { ...process.env, ...given },
    });
    await migrated.expectExit(0, 30_000);

    const started = await startProd(given);
    const lines: string[] = [];
    started.child.stdout?.on('data', (chunk: string) => lines.push(...chunk.split('\n').filter(Boolean)));
    try {
      await untilSaid(started, 'Finito Mail is ready');
      expect((await fetch(`http://127.0.0.1:${given['PORT']}/`)).status).toBe(200);
      started.signal('SIGTERM');
      await started.expectExit(0, 10_000);
      for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    } finally {
      await started.stop({ withinMs: 12_000 });
      await database.drop();
    }
  }, 90_000);
});

/** The first of them. */
async function fourFreePorts(): Promise<number> {
  return until(async () => {
    const first = await freePort();
    const next = await Promise.all([1, 2, 3].map((more) => isPortFree(first + more)));
    return next.every(Boolean) ? first : undefined;
  });
}

async function untilSaid(running: Awaited<ReturnType<typeof startProcess>>, text: string): Promise<void> {
  let ended = false;
  void running.exited.then(() => (ended = true));
  await until(() => ended || running.output().includes(text), { timeoutMs: 60_000 });
  if (ended) throw new Error(`It ended before it said "${text}":\n${running.output()}`);
}
