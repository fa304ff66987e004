import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startPostgresServer } from '@finito/testing';
import type { PostgresServer } from '@finito/testing';

const folders: string[] = [];
const servers: PostgresServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('a Postgres of our own', () => {
  it('keeps what was committed through kill -9', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir, durable: true });
    await ask(first.url, 'create table letters (id int)');
    await ask(first.url, 'insert into letters select generate_series(1, 1000)');
    await first.process.stop({ signal: 'SIGKILL' });

    const second = await start({ dataDir, durable: true });
    expect(await ask(second.url, 'select count(*)::int as n from letters')).toEqual([{ n: 1_000 }]);
  });

  it('stops one that an earlier start left running on the same data', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir });
    const said: string[] = [];
    const second = await start({ dataDir, log: (line) => said.push(line) });
    await first.process.expectExit(0);
    expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(said.join()).toContain(`process ${first.process.pid}`);
  });

  it('is not held up by a postmaster.pid whose number now belongs to another program', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir });
    await first.stop();
    writeFileSync(join(first.dataDir, 'cluster', 'postmaster.pid'), `${process.pid}\n`);
    const second = await start({ dataDir });
    expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('begins anew after a first start that was cut short', async () => {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, 'cluster', 'base'), { recursive: true });
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '18\n');
    writeFileSync(join(dataDir, 'initdb-unfinished'), '1\n');
    const server = await start({ dataDir });
    expect(await ask(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(existsSync(join(dataDir, 'initdb-unfinished'))).toBe(false);
  });

  it('never touches a folder that somebody else filled', async () => {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, 'cluster'), { recursive: true });
    writeFileSync(join(dataDir, 'cluster', 'letters.txt'), 'mine');
    await expect(start({ dataDir })).rejects.toThrow(/not us who left it half-made/);
    expect(existsSync(join(dataDir, 'cluster', 'letters.txt'))).toBe(true);
  });

  it('says so when the data is of another major version', async () => {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, 'cluster'), { recursive: true });
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '11\n');
    await expect(start({ dataDir })).rejects.toThrow(/made by Postgres 11.*FINITO_DATA_DIR/);
  });

  it('says so when the password is not the one it was made with', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir });
    await first.stop();
    await expect(start({ dataDir, password: 'another' })).rejects.toThrow(/another password.*secrets\.json/);
  });

  it('names the port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(start({ dataDir: newFolder(), port })).rejects.toThrow(
      `Port ${port}, meant for Postgres, is taken`,
    );
    taken.close();
  });
});

async function start(options: Partial<Parameters<typeof startPostgresServer>[0]> & { dataDir: string }) {
  const server = await startPostgresServer({ password: 'test', durable: false, ...options });
  servers.push(server);
  return server;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'finito-test-'));
  folders.push(folder);
  return folder;
}

async function ask(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
