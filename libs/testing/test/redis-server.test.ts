import { chmodSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { findRedis, startRedisServer, startTestRedis, until } from '@finito/testing';

const folder = mkdtempSync(join(tmpdir(), 'finito-redis-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a Redis of our own', () => {
  it('remembers through kill -9 when it is durable, and only then', async () => {
    for (const durable of [true, false]) {
      const server = await startTestRedis({ durable });
      const redis = new Redis(server.url, { retryStrategy: () => 50 });
      redis.on('error', () => undefined);
      await redis.set('letter', 'a');
      await server.kill();
      await server.restart();
      expect(await redis.get('letter')).toBe(durable ? 'a' : null);
      redis.disconnect();
      await server.stop();
    }
  });

  it('answers nothing while paused, and everything afterwards', async () => {
    const server = await startTestRedis();
    const redis = new Redis(server.url, { commandTimeout: 100 });
    redis.on('error', () => undefined);
    await redis.ping();
    await server.pause();
    await expect(redis.ping()).rejects.toThrow('timed out');
    await server.resume();
    await until(async () => (await redis.ping()) === 'PONG');
    redis.disconnect();
    await server.stop();
  });

  it('lets nobody in without its password, and shows it to no other user', async () => {
    const server = await startRedisServer({ dataDir: join(folder, 'closed'), password: 'open-sesame' });
    const stranger = new Redis(`redis://127.0.0.1:${server.port}`, {
      lazyConnect: true,
      enableReadyCheck: false,
    });
    stranger.on('error', () => undefined);
    await expect(stranger.set('letter', 'a')).rejects.toThrow('NOAUTH');
    stranger.disconnect();
    expect(server.process.child.spawnargs.join(' ')).not.toContain('open-sesame');
    await server.stop();
  });

  it('names the port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(startRedisServer({ dataDir: join(folder, 'taken'), port })).rejects.toThrow(
      `Port ${port}, meant for Redis, is taken`,
    );
    taken.close();
  });

  it('says what the program said when it does not come up', async () => {
    const command = join(folder, 'broken');
    writeFileSync(command, '#!/bin/sh\necho "cannot map memory"\nexit 3\n');
    chmodSync(command, 0o755);
    const starting = startRedisServer({ dataDir: join(folder, 'broken-data'), binary: { command, env: {} } });
    await expect(starting).rejects.toThrow('cannot map memory');
  });
});

describe('finding Redis', () => {
  it('takes one on PATH, and passes over a program that does not run', async () => {
    const [broken, whole] = [join(folder, 'a'), join(folder, 'b')];
    for (const [place, code] of [
      [broken, 1],
      [whole, 0],
    ] as const) {
      mkdirSync(place);
      writeFileSync(join(place, 'valkey-server'), `#!/bin/sh\nexit ${code}\n`);
      chmodSync(join(place, 'valkey-server'), 0o755);
    }
    const found = await findRedis({ path: `${broken}:${whole}`, cache: join(folder, 'no-cache') });
    expect(found.command).toBe(join(whole, 'valkey-server'));
  });
});
