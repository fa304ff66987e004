import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startPostgresServer, startProcess } from '@finito/testing';
import { canAccess, unprivilegedAccount } from '../src/unprivileged-account.ts';

const nobody = unprivilegedAccount();
const index = resolve(import.meta.dirname, '..', 'src', 'index.ts');

it('an ordinary user stays who he is', () => {
  expect(nobody === undefined).toBe(process.getuid?.() !== 0);
});

// As an ordinary user the other tests of this folder already say all there is to say.
if (nobody !== undefined) {
  describe('started by root', () => {
    it('Postgres runs as an ordinary account, elsewhere if that account cannot enter the folder, and says so', async () => {
      const closed = mkdtempSync(join(tmpdir(), 'finito-closed-'));
      const said: string[] = [];
      const dataDir = join(closed, 'postgres');
      const server = await startPostgresServer({ dataDir, password: 'test', log: (line) => said.push(line) });
      await server.stop();
      const again = await startPostgresServer({ dataDir, password: 'test', durable: false });
      await again.stop();

      expect(server.dataDir.startsWith(closed)).toBe(false);
      expect(again.dataDir).toBe(server.dataDir);
      expect(said.join()).toContain(server.dataDir);
      for (const folder of [closed, server.dataDir]) rmSync(folder, { recursive: true, force: true });
    });
  });
}

if (
  nobody !== undefined &&
  canAccess(nobody, 'x', process.execPath) &&
  canAccess(nobody, 'x', resolve(index, '..'))
) {
  describe('started by an ordinary user', () => {
    it('both servers run, with nothing but a home folder to write to', async () => {
      const home = mkdtempSync(join(tmpdir(), 'finito-home-'));
      chownSync(home, nobody.uid, nobody.gid);
      chmodSync(home, 0o700);
      const program = `
        import { startTestPostgres, startTestRedis } from ${JSON.stringify(index)};
        const redis = await startTestRedis();
        const postgres = await startTestPostgres();
        const database = await postgres.createDatabase();
        await database.drop();
        await redis.stop();
        await postgres.stop();
        console.log('both ran');`;
      const running = await startProcess({
        command: process.execPath,
        args: ['--input-type=module', '-e', program],
        cwd: '/',
        env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home },
        uid: nobody.uid,
        gid: nobody.gid,
      });
      await running.expectExit(0, 150_000);
      expect(running.output()).toContain('both ran');
      rmSync(home, { recursive: true, force: true });
    }, 160_000);
  });
}
