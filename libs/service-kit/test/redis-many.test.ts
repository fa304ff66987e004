// One Redis that is several servers, or behind TLS: Sentinels that name another master, certificates that are checked.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { findRedis, freePort, startProcess, startTestRedisSentinel, until } from '@finito/testing';
import { createLog, createRedis, parseSettings, SettingsError } from '../src/index.ts';
import { commonSettings } from '../src/common-settings.ts';
import { z } from 'zod';

const log = createLog({ service: 'test', level: 'silent' });
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

describe('a Redis behind Sentinels', () => {
  it('is asked for by name, and the next master is found by itself when one dies', async () => {
    const servers = await startTestRedisSentinel();
    open.push(() => servers.stop());
    const address = {
      redisUrl: `redis://:${servers.password}@nobody.example:6379`,
      redisSentinels: [servers.sentinel],
      redisSentinelMaster: servers.master,
    };
    const redis = createRedis(address, { role: 'worker', log });
    open.push(() => redis.disconnect());
    await redis.set('before', '1');
    await until(async () => String(await redis.info('replication')).includes('state=online'), {
      timeoutMs: 10_000,
    });
    await servers.killMaster();
    await until(async () => (await redis.set('after', '2')) === 'OK', { timeoutMs: 20_000 });
    expect(await redis.mget('before', 'after')).toEqual(['1', '2']);
  });
});

const hasOpenssl = succeeds(() => execFileSync('openssl', ['version'], { stdio: 'ignore' }));
const whereThereIsOpenssl = hasOpenssl ? it : it.skip;

describe('a Redis behind TLS', () => {
  whereThereIsOpenssl('is trusted only with a certificate of an authority that Node knows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finito-tls-'));
    open.push(() => rmSync(folder, { recursive: true }));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '1',
        ],
        ...['-keyout', key, '-out', certificate, '-subj', '/CN=localhost'],
        ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ],
      { stdio: 'ignore' },
    );
    const port = await freePort();
    const binary = await findRedis();
    const server = await startProcess({
      command: binary.command,
      args: [
        ...['--port', '0', '--tls-port', String(port), '--tls-cert-file', certificate, '--tls-key-file', key],
        ...['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no', '--save', '', '--dir', folder],
      ],
      env: { ...process.env, ...binary.env },
      readyWhen: (output) => output.includes('Ready to accept connections'),
    });
    open.push(() => server.stop({ signal: 'SIGKILL' }));
    const program = `
      import { createLog, createRedis } from '@finito/service-kit';
      const redis = createRedis('rediss://localhost:${port}', { role: 'worker', log: createLog({ service: 'test' }) });
      redis.on('error', () => process.exit(3));
      console.log(await redis.ping());
      process.exit(0);`;
    const ask = async (env: NodeJS.ProcessEnv) => {
      const asked = await startProcess({
        command: process.execPath,
        args: ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program],
        cwd: import.meta.dirname,
        env: { ...process.env, NODE_OPTIONS: '', ...env },
      });
      return { code: await asked.exited, output: asked.output() };
    };
    expect(await ask({ NODE_EXTRA_CA_CERTS: certificate })).toMatchObject({ code: 0 });
    expect(await ask({})).toMatchObject({ code: 3 });
  });
});

describe('the settings of several servers', () => {
  const given = { DATABASE_URL: 'postgresql://a/b', REDIS_URL: 'redis://a' };

  it('are one server unless told', () => {
    expect(parseSettings(z.object(commonSettings), given)).toMatchObject({ redisCluster: false });
  });

  it('refuse what makes no sense', () => {
    const wrong = () => parseSettings(z.object(commonSettings), { ...given, REDIS_CLUSTER: 'maybe' });
    expect(wrong).toThrow(SettingsError);
  });
});

function succeeds(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
