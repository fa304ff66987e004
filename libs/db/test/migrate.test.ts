import { mkdtemp, mkdir, writeFile, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '@finito/testing';
import { Client } from 'pg';
import { MigrationError, migrateDatabase, pendingMigrations } from '../src/index.ts';

const ours = join(import.meta.dirname, '../../../prisma/migrations');

async function query(url: string, sql: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function aFolder(migrations: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'finito-migrations-'));
  for (const [name, sql] of Object.entries(migrations)) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'migration.sql'), sql);
  }
  return folder;
}

describe('migrating', () => {
  it('applies what is missing once, also when several processes begin together', async () => {
    const { url, drop } = await createTestDatabase();
    const missing = await pendingMigrations(url);
    expect(missing).toContain('20261124000000_first');
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrateDatabase(url)));
    expect(applied.flat().sort()).toEqual(missing);
    expect(await pendingMigrations(url)).toEqual([]);
    await drop();
  });

  it('leaves no trace of a migration that fails, and names it until it is mended', async () => {
    const { url, drop } = await createTestDatabase();
    const broken = await aFolder({
      '1_good': 'CREATE TABLE a (id int)',
      '2_bad': 'CREATE TABLE b (id int); SELECT 1/0',
    });
    await expect(migrateDatabase(url, broken)).rejects.toThrow(/2_bad was not applied/);
    expect(await pendingMigrations(url, broken)).toEqual(['2_bad']);
    expect(await query(url, `SELECT to_regclass('a') AS a, to_regclass('b') AS b`)).toEqual([
      { a: 'a', b: null },
    ]);
    await drop();
  });

  it('refuses a migration that was edited after it was applied', async () => {
    const { url, drop } = await createTestDatabase();
    const folder = await aFolder({});
    await cp(ours, folder, { recursive: true });
    await migrateDatabase(url, folder);
    await writeFile(join(folder, '20261124000000_first', 'migration.sql'), 'SELECT 1');
    await expect(migrateDatabase(url, folder)).rejects.toThrow(MigrationError);
    await drop();
  });

  it('records what it did as Prisma does', async () => {
    const { url, drop } = await createTestDatabase();
    await migrateDatabase(url);
    const [record] = await query(url, 'SELECT * FROM _prisma_migrations ORDER BY migration_name');
    expect(record).toMatchObject({
      migration_name: '20261124000000_first',
      applied_steps_count: 1,
      rolled_back_at: null,
    });
    expect(record.checksum).toMatch(/^[0-9a-f]{64}$/);
    await drop();
  });
});
