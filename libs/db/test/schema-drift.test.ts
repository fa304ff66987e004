import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase } from '@finito/testing';
import { expect, it } from '@jest/globals';
import { Client } from 'pg';
import { migrateDatabase } from '../src/index.ts';

const root = join(import.meta.dirname, '../../..');

async function schemaSql(url: string): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: url };
  const args = ['--no-warnings', 'prisma/schema-sql.ts'];
  return (await promisify(execFile)(process.execPath, args, { cwd: root, env, timeout: 20_000 })).stdout;
}

/** Columns and indexes of the tables; partitions, checks, and indexes of expressions Prisma's language cannot say. */
async function shapeOf(client: Client) {
  const { rows: columns } = await client.query(
    `SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, (a.attnotnull OR a.attndims > 0) AS required,
       pg_get_expr(d.adbin, d.adrelid) AS default
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
       AND c.relname <> '_prisma_migrations' ORDER BY 1, 2`,
  );
  const { rows: indexes } = await client.query(
    `SELECT replace(replace(indexdef, ' ON ONLY ', ' ON '), 'public.', '') AS index FROM pg_indexes
     JOIN pg_index i ON i.indexrelid = format('%I.%I', schemaname, indexname)::regclass AND i.indexprs IS NULL
     WHERE schemaname = 'public' AND tablename !~ '_p[0-9]+$' AND tablename <> '_prisma_migrations' ORDER BY 1`,
  );
  return { columns, indexes };
}

it('the migrated database has the columns and indexes that prisma/schema.prisma says', async () => {
  const [migrated, declared] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await migrateDatabase(migrated.url);
  const clients = [migrated, declared].map(({ url }) => new Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  const [left, right] = clients as [Client, Client];
  await right.query(await schemaSql(declared.url));
  const shape = await shapeOf(left);
  expect(shape.columns.length).toBeGreaterThan(50);
  expect(shape).toEqual(await shapeOf(right));
  await Promise.all(clients.map((client) => client.end()));
  await Promise.all([migrated.drop(), declared.drop()]);
});
