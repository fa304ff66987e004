import { createHash } from 'node:crypto';
import pg from 'pg';
import { createDatabase } from './test-postgres.ts';
import type { TestDatabase } from './test-postgres.ts';

export interface TestDatabaseOptions {
  /** Brings an empty database into shape; run once per `key` and test run, later databases are copies. */
  migrate?: (url: string) => Promise<void>;
  /** Names what `migrate` makes; default "default". Two that differ need two keys. */
  key?: string;
  /** A server of one's own; default the one of the test run (TEST_DATABASE_URL, set by jest's global setup). */
  serverUrl?: string;
}

/** A new database for one test file, migrated if asked for; takes about 50 ms once the template stands. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { migrate, key = 'default', serverUrl = process.env['TEST_DATABASE_URL'] } = options;
  if (!serverUrl)
    throw new Error('TEST_DATABASE_URL is not set: run under jest with its global setup, or pass serverUrl');
  if (migrate === undefined) return createDatabase(serverUrl);
  const template = `template_${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
  // Jest's workers are processes: the lock lets one of them make the template, and none copy it half-made.
  return underLock(serverUrl, template, async (query) => {
    if (!(await isFinished(query, template))) await makeTemplate(query, serverUrl, template, migrate);
    return createDatabase(serverUrl, template);
  });
}

type Query = (sql: string, values?: unknown[]) => Promise<pg.QueryResult>;

async function underLock<T>(serverUrl: string, name: string, work: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: serverUrl,
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    return await work((sql, values) => client.query(sql, values));
  } finally {
    // The end of the session frees the lock.
    await client.end();
  }
}

async function isFinished(query: Query, template: string): Promise<boolean> {
  const found = await query('select datistemplate from pg_database where datname = $1', [template]);
  return found.rows[0]?.datistemplate === true;
}

async function makeTemplate(
  query: Query,
  serverUrl: string,
  template: string,
  migrate: (url: string) => Promise<void>,
) {
  await query(`drop database if exists "${template}" with (force)`);
  await query(`create database "${template}"`);
  const url = new URL(serverUrl);
  url.pathname = `/${template}`;
  await migrate(url.href);
  // Marked last: a template without the mark was cut short and is made anew.
  await query(`alter database "${template}" with is_template true allow_connections false`);
}
