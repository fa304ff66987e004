import type { Redis } from 'ioredis';
import type { Pool } from 'pg';

export interface Written {
  /** A digest of each. */
  tables: Record<string, string>;
  keys: Set<string>;
}

/** All that is written in Postgres and Redis. */
export async function writtenIn(pool: Pool, redis: Redis): Promise<Written> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  const digests = tables.map(
    ({ name }) =>
      `(SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM "${name}" t) AS "${name}"`,
  );
  const { rows } = await pool.query<Record<string, string>>(`SELECT ${digests.join(', ')}`);
  return { tables: rows[0]!, keys: new Set(await redis.keys('*')) };
}

/** The tables in which something was written since, and the keys that are new; a key that ran out is nobody's writing. */
export function writtenSince(before: Written, after: Written): string[] {
  return [
    ...Object.keys(after.tables).filter((name) => after.tables[name] !== before.tables[name]),
    ...[...after.keys].filter((key) => !before.keys.has(key)),
  ];
}
