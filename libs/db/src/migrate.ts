import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';

const defaultFolder = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

/** Any number; every process that migrates takes this advisory lock, so one of them does the work. */
const lockKey = 7_110_914;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** A migration could not be applied, or one that was applied has been edited since. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

/**
 * Applies the migrations that a database lacks, in order, each in a transaction of its own, and
 * returns their names. Two processes at once: each migration is applied by one of them. One that fails leaves no
 * trace and throws `MigrationError`; the next run begins with it again. Nothing is kept in the session, so it works
 * through a PgBouncer that pools by transaction.
 *
 * The record is Prisma's own `_prisma_migrations`, so that `prisma migrate status` and `deploy` work
 * on the same database where Prisma's engine can be had.
 */
export async function migrateDatabase(url: string, folder = defaultFolder): Promise<string[]> {
  return withClient(url, async (client) => {
    const applied: string[] = [];
    for (const migration of await findPending(client, await readMigrations(folder))) {
      if (await apply(client, migration)) applied.push(migration.name);
    }
    return applied;
  });
}

/** The names of the migrations that a database lacks; applies nothing. */
export async function pendingMigrations(url: string, folder = defaultFolder): Promise<string[]> {
  const migrations = await readMigrations(folder);
  return withClient(url, async (client) => (await findPending(client, migrations)).map(({ name }) => name));
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // a lost connection rejects the query in hand; that is the report
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(`${folder}/${name}/migration.sql`, 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function findPending(client: Client, migrations: Migration[]): Promise<Migration[]> {
  // Read from the catalogue: what `to_regclass` says comes from a cache of the session, which need not have heard yet
  // of a table that another process made while this one waited for its lock.
  const { rowCount } = await client.query(
    `SELECT FROM pg_catalog.pg_tables
     WHERE tablename = '_prisma_migrations' AND schemaname = ANY(current_schemas(false))`,
  );
  if (rowCount === 0) return migrations;
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const edited = migrations.filter(
    ({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum,
  );
  if (edited.length > 0) {
    throw new MigrationError(
      `${edited.map(({ name }) => name).join(', ')} was edited after it was applied: restore the file, and put the change into a new migration`,
    );
  }
  return migrations.filter(({ name }) => !applied.has(name));
}

const prismasTable = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

/** False when another process has applied it meanwhile. */
async function apply(client: Client, migration: Migration): Promise<boolean> {
  const { name, sql, checksum } = migration;
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
    if ((await findPending(client, [migration])).length === 0) {
      await client.query('COMMIT');
      return false;
    }
    await client.query(prismasTable);
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
    return true;
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined);
    if (cause instanceof MigrationError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(`migration ${name} was not applied: ${reason}`, { cause });
  }
}
